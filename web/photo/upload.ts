// Sends a form and says how much of it is on its way, which fetch() cannot do.

export interface Answer {
  /** Where the answer came from, redirections followed. */
  readonly url: string;
  readonly status: number;
  readonly text: string;
}

/** Posts `body`; `progress` gets the part that was sent, 0 to 1. Raises when no answer came. */
export function upload(
  url: string,
  body: FormData,
  progress: (part: number) => void,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    };
    request.onload = () => {
      const { responseURL, status, responseText } = request;
      resolve({ url: responseURL, status, text: responseText });
    };
    request.onerror = () => {
      reject(new Error("No answer came."));
    };
    request.send(body);
  });
}
