"""Forms filled at a stroke: a document sent to the page that shows it in the form."""

import json

# Sent from a page of the gateway's own, or it would not be taken.
_POST = """
([action, fields]) => {
  const form = document.createElement("form");
  form.method = "post";
  form.action = action;
  for (const [name, value] of fields) {
    const field = document.createElement("input");
    [field.type, field.name, field.value] = ["hidden", name, value];
    form.append(field);
  }
  document.body.append(form);
  HTMLFormElement.prototype.submit.call(form);
}
"""

_SUBMIT = """
async ([form, document]) => {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  return (await fetch(`/submit/${form}`, { method: "POST", headers, body: document })).status;
}
"""


def open_filled(page, document):
    """From any page of the gateway: leave for the form with the document in it, as somebody who changes their answers.
    Does not wait for it."""
    fields = [("_document", json.dumps(document)), ("_change", "1")]
    page.evaluate(_POST, [f"/check/{document['form']}", fields])


def submit_at_once(page, document):
    """From any page of the gateway: submit a document as a centre's own software does. Gives the answer's status."""
    return page.evaluate(_SUBMIT, [document["form"], json.dumps(document)])
