/** A canvas that stands ready, without pictures. */
export interface Template {
  id: string;
  name: string;
}

export function TemplateChoice({ templates }: { templates: Template[] }) {
  return (
    <label>
      Begin with
      <select name="template">
        <option value="">an empty canvas</option>
        {templates.map((template) => (
          <option key={template.id} value={template.id}>
            {template.name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Return what a new canvas begins with. */
export function chooseGraph(form: FormData): { template_id: string } | { nodes: [] } {
  const template = String(form.get("template"));
  return template ? { template_id: template } : { nodes: [] };
}
