// Starts the page: the token out of the address, the theme before the first paint, then React.
import { createRoot } from "react-dom/client";
import { takeToken } from "./api/client.ts";
import { App } from "./app.tsx";
import "./styles/base.css";
import "./styles/fields.css";
import "./styles/views.css";
import "./styles/run.css";
import "./styles/runs.css";
import "./styles/start.css";
import "./styles/text.css";
import { startTheme } from "./theme.ts";

takeToken();
startTheme();
createRoot(document.getElementById("root")!).render(<App />);
