import Form from "@rjsf/core";
import validator from "@rjsf/validator-ajv8";
import { createRoot } from "react-dom/client";

const { schema, data } = JSON.parse(document.getElementById("given").textContent);
const root = createRoot(document.getElementById("root"));
root.render(<Form schema={schema} formData={data} validator={validator} />);
