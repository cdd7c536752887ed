/** `Conv2D` → `conv2d`, `SimpleRNN` → `simple_rnn`: how Keras names the places of weights. */
export function snakeCase(name: string): string {
  return name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
