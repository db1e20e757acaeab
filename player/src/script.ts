/** The script for pages: it defines the element and leaves nothing else behind. */
import "./index.ts";
