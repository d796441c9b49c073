// What a run's journal names and would have to be run to show everything: a program. Looking at a run runs nothing, so a person
// who trusts the file says so first.
import { post } from "../api/client.ts";
import { useRunData } from "../api/use-run.ts";
import { Act } from "../ui/pieces.tsx";

export function ProgramsNotice({ mayChange }: { readonly mayChange: boolean }) {
  const { detail } = useRunData();
  if (detail.programs.length === 0) return null;
  return (
    <div className="notice" role="note">
      <p>
        The run uses {detail.programs.length === 1 ? "a program" : "programs"} of its author:{" "}
        {detail.programs.map((file) => (
          <code key={file}>
            <bdi>{file}</bdi>
          </code>
        ))}
        . Looking at a run runs no program, so its decisions and networks are not shown.
      </p>
      {mayChange ? (
        <Act
          label="I trust it: load it"
          act={async () => {
            await post("POST /api/runs/:id/programs", { places: [detail.id], body: {} });
            location.reload();
          }}
        />
      ) : (
        <p>Who has the token of this dashboard can allow it.</p>
      )}
    </div>
  );
}
