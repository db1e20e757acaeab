import "@xyflow/react/dist/base.css";
import "./style.css";
import "../../player/src/index.ts";
import { createRoot } from "react-dom/client";
import { Studio } from "./Studio.tsx";

const root = document.getElementById("studio");
if (root) createRoot(root).render(<Studio />);
