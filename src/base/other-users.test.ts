import { expect, test } from "vitest";
import { peopleIn } from "./other-users.ts";

test("people are told from services by their ids and shells", () => {
  const passwd = `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
ann:x:1000:1000:Ann,,,:/home/ann:/bin/zsh
ben:x:1001:1001::/home/ben:/bin/bash
backup:x:1002:1002::/home/backup:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
`;
  expect(peopleIn(passwd)).toEqual(["ann", "ben"]);
  expect(peopleIn("")).toEqual([]);
});
