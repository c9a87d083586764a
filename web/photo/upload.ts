// Sends a form and says how much of it is on its way, which fetch() cannot do.

export interface UploadAnswer {
  /** Where the answer came from, redirections followed. */
  readonly url: string;
  readonly status: number;
  readonly text: string;
}

/** Posts `body`; `progress` gets the part that was sent, 0 to 1. Raises when no answer came. */
export async function upload(
  url: string,
  body: FormData,
  progress: (part: number) => void,
  headers: Readonly<Record<string, string>> = {},
): Promise<UploadAnswer> {
  const { responseURL, status, responseText } = await post("text", url, body, progress, headers);
  return { url: responseURL, status, text: responseText };
}

/** The same, for an answer that is a page: the browser reads it, and runs nothing in it. */
export async function uploadForPage(
  url: string,
  body: FormData,
  progress: (part: number) => void,
): Promise<{ readonly url: string; readonly page: Document }> {
  const { responseURL, responseXML } = await post("document", url, body, progress);
  if (responseXML === null) throw new Error("The answer is no page.");
  return { url: responseURL, page: responseXML };
}

function post(
  type: "text" | "document",
  url: string,
  body: FormData,
  progress: (part: number) => void,
  headers: Readonly<Record<string, string>> = {},
): Promise<XMLHttpRequest> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.responseType = type;
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    };
    request.onload = () => {
      resolve(request);
    };
    request.onerror = () => {
      reject(new Error("No answer came."));
    };
    request.send(body);
  });
}
