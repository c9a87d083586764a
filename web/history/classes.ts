// What a page that the panel stands in calls its own kinds of text and of button.

/** Class names of the page that the panel stands in. */
export interface ClassNames {
  readonly heading: string;
  readonly text: string;
  readonly button: string;
  readonly secondary: string;
  readonly warning: string;
  readonly label: string;
  readonly input: string;
  readonly error: string;
}
