// Signing in by passkey, and making one: WebAuthn Level 3. The portal says what to ask of the
// authenticator, and gets what it answers, both in that specification's JSON (section 5.1.8),
// which older browsers do not speak: so the few fields that are bytes are turned here.

import { all, need } from "../pages/dom.js";

type Json = Record<string, unknown>;

/** An invitation's token: the fragment of its link, which no browser sends. */
const invitation = (): string => location.hash.slice(1);

function offer(place: HTMLElement): void {
  const button = need(place, "button", HTMLButtonElement);
  const problem = need(place, "[data-problem]", HTMLElement);
  const tell = (words: string) => {
    problem.textContent = words;
    problem.hidden = false;
  };
  button.addEventListener("click", () => {
    problem.hidden = true;
    button.disabled = true;
    ask(place)
      .then((next) => {
        location.assign(next);
      })
      .catch((error: unknown) => {
        const said = error instanceof Refusal ? error.message : undefined;
        tell(said ?? place.dataset["failed"] ?? "");
        button.disabled = false;
      });
  });
  if (!("PublicKeyCredential" in window)) {
    button.disabled = true;
    tell(place.dataset["unable"] ?? "");
    return;
  }
  const { whose } = place.dataset;
  if (whose === undefined) return;
  const greet = () => {
    problem.hidden = true;
    button.disabled = true;
    welcome(place, whose)
      .then(() => {
        button.disabled = false;
      })
      .catch((error: unknown) => {
        tell(error instanceof Refusal ? error.message : (place.dataset["failed"] ?? ""));
      });
  };
  window.addEventListener("hashchange", greet);
  greet();
}

/** Says whom the invitation is for; one that was used, or has ended, is refused. */
async function welcome(place: HTMLElement, whose: string): Promise<void> {
  const invited = need(document, "[data-invited]", HTMLElement);
  invited.hidden = true;
  const answer = await post(whose, csrf(place), { token: invitation() });
  need(invited, "[data-name]", HTMLElement).textContent = text(answer["name"]);
  invited.hidden = false;
}

/** What the portal has refused, in its own words. */
class Refusal extends Error {}

async function ask(place: HTMLElement): Promise<string> {
  const { options, target, passkey, next } = place.dataset;
  const token = csrf(place);
  const more = passkey === "create" ? { token: invitation() } : {};
  const asked = await post(options ?? "", token, more);
  const found =
    passkey === "create"
      ? await navigator.credentials.create({ publicKey: creationOf(asked) })
      : await navigator.credentials.get({ publicKey: requestOf(asked) });
  if (!(found instanceof PublicKeyCredential)) throw new Error("nothing was given");
  const query = next ? `?${new URLSearchParams({ next }).toString()}` : "";
  const said = { ...more, ...answerOf(found) };
  const answer = await post(`${target ?? ""}${query}`, token, said);
  return String(answer["next"]);
}

const csrf = (place: HTMLElement): string =>
  need(place, "[name=csrfmiddlewaretoken]", HTMLInputElement).value;

async function post(address: string, token: string, said: Json): Promise<Json> {
  const answer = await fetch(address, {
    method: "POST",
    headers: {
      Accept: "application/json",
      "Content-Type": "application/json",
      "X-CSRFToken": token,
    },
    body: JSON.stringify(said),
  });
  const content = (await answer.json()) as Json;
  if (!answer.ok) throw new Refusal(`${text(content["detail"])} ${text(content["remedy"])}`.trim());
  return content;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

const bytes = (value: unknown): ArrayBuffer => {
  const binary = atob(text(value).replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (each) => each.charCodeAt(0)).buffer;
};

const base64 = (buffer: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

function described(list: unknown): PublicKeyCredentialDescriptor[] {
  return (Array.isArray(list) ? (list as Json[]) : []).map((each) => ({
    type: "public-key",
    id: bytes(each["id"]),
  }));
}

function creationOf(said: Json): PublicKeyCredentialCreationOptions {
  const user = said["user"] as Json;
  return {
    ...(said as unknown as PublicKeyCredentialCreationOptions),
    challenge: bytes(said["challenge"]),
    user: { ...(user as unknown as PublicKeyCredentialUserEntity), id: bytes(user["id"]) },
    excludeCredentials: described(said["excludeCredentials"]),
  };
}

function requestOf(said: Json): PublicKeyCredentialRequestOptions {
  return {
    ...(said as unknown as PublicKeyCredentialRequestOptions),
    challenge: bytes(said["challenge"]),
    allowCredentials: described(said["allowCredentials"]),
  };
}

function answerOf(found: PublicKeyCredential): Json {
  const { response } = found;
  const inner: Json = { clientDataJSON: base64(response.clientDataJSON) };
  if (response instanceof AuthenticatorAttestationResponse) {
    inner["attestationObject"] = base64(response.attestationObject);
  } else if (response instanceof AuthenticatorAssertionResponse) {
    inner["authenticatorData"] = base64(response.authenticatorData);
    inner["signature"] = base64(response.signature);
  }
  return { id: found.id, rawId: base64(found.rawId), type: found.type, response: inner };
}

for (const place of all(document, "[data-passkey]", HTMLElement)) offer(place);
