# Prints the raw JSON at the path in `want`, e.g. .data.jobs.0.lease; a string comes without its quotes. It reads the
# structure, so that nothing inside a payload is ever taken for a field of the answer.
function at(set) { return p <= n && index(set, substr(s, p, 1)) }
function blank() { while (at(" \t\r\n")) p++ }

function text(  start) {
  start = ++p
  while (p <= n && !at("\"")) p += at("\\") ? 2 : 1
  return substr(s, start, p++ - start)
}

function value(path,  start, i, key, object) {
  blank()
  start = p
  if (at("\"")) {
    key = text()
    if (path == want) { print key; exit }
    return
  }
  if (at("{[")) {
    object = at("{")
    p++
    i = 0
    for (blank(); p <= n && !at("}]"); blank()) {
      if (object) { key = text(); blank(); p++ } else key = i++
      value(path "." key)
      blank()
      if (at(",")) p++
    }
    p++
  } else while (p <= n && !at(",]} \t\r\n")) p++
  if (path == want) { print substr(s, start, p - start); exit }
}

{ s = s $0 "\n" }
END { n = length(s); p = 1; value("") }
