#include "worker/report/style_sheet.h"

namespace tunesmith::worker {

// .c1 to .c3 are the colours of lines, .s1 to .s9 shades of a share (in tenths)
// in a confusion matrix: of rows that are right on its diagonal, of confusions
// beside it.
const char kStyleSheet[] = R"css(
:root {
  color-scheme: light dark;
  --page: #ffffff; --text: #1c2430; --quiet: #5b6675; --rule: #d9dee6;
  --band: #f4f6f9; --c1: #2563eb; --c2: #c2570c; --c3: #0f7f63;
  --right: 37 99 235; --wrong: 220 68 38;
  --note: #5b6675; --warning: #a15c07; --error: #c02626;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --text: #e3e8ef; --quiet: #9aa5b4; --rule: #303844;
    --band: #1b212a; --c1: #6ea8fe; --c2: #f5a262; --c3: #4fd1a5;
    --right: 96 150 250; --wrong: 240 110 80;
    --note: #9aa5b4; --warning: #f0b458; --error: #ff8a80;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1.25rem 3rem; max-width: 60rem;
  background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
h1 { margin: 0; font-size: 1.7rem; overflow-wrap: anywhere; }
h2 {
  margin: 2.4rem 0 .8rem; padding-bottom: .3rem; font-size: 1.2rem;
  border-bottom: 1px solid var(--rule);
}
h3 { margin: 1.4rem 0 .4rem; font-size: 1rem; }
p { margin: .4rem 0; overflow-wrap: anywhere; }
.subtitle, .remark, .legend { color: var(--quiet); }
.remark { font-size: .9em; }
.outcome {
  margin: 1rem 0 0; padding: .7rem 1rem; background: var(--band);
  border-left: 4px solid var(--c1); font-size: 1.1rem;
}
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td {
  padding: .25rem .7rem; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--rule); unicode-bidi: isolate;
  overflow-wrap: anywhere; min-width: 3.5rem;
}
thead th {
  color: var(--quiet); font-size: .88em; vertical-align: bottom;
  overflow-wrap: normal;
}
tbody th { min-width: 9rem; font-weight: 500; }
#spec tbody th { min-width: 22rem; }
.number { text-align: right; white-space: nowrap; }
.strong, .quiet, .note, .warning, .error { white-space: nowrap; }
.strong { font-weight: 650; }
.quiet { color: var(--quiet); }
.note { color: var(--note); }
.warning { color: var(--warning); }
.error { color: var(--error); font-weight: 650; }
.digest { font-family: ui-monospace, monospace; font-size: .85em; }
.matrix th, .matrix td { min-width: 2.6rem; border: 1px solid var(--page); }
.matrix td { text-align: right; }
.matrix thead th { writing-mode: vertical-rl; transform: rotate(180deg); }
.matrix thead th:first-child { writing-mode: horizontal-tb; transform: none; }
.right.s1 { background: rgb(var(--right) / .08); }
.right.s2 { background: rgb(var(--right) / .14); }
.right.s3 { background: rgb(var(--right) / .20); }
.right.s4 { background: rgb(var(--right) / .26); }
.right.s5 { background: rgb(var(--right) / .32); }
.right.s6 { background: rgb(var(--right) / .38); }
.right.s7 { background: rgb(var(--right) / .44); }
.right.s8 { background: rgb(var(--right) / .50); }
.right.s9 { background: rgb(var(--right) / .56); }
.wrong.s1 { background: rgb(var(--wrong) / .12); }
.wrong.s2 { background: rgb(var(--wrong) / .18); }
.wrong.s3 { background: rgb(var(--wrong) / .24); }
.wrong.s4 { background: rgb(var(--wrong) / .30); }
.wrong.s5 { background: rgb(var(--wrong) / .36); }
.wrong.s6 { background: rgb(var(--wrong) / .42); }
.wrong.s7 { background: rgb(var(--wrong) / .48); }
.wrong.s8 { background: rgb(var(--wrong) / .54); }
.wrong.s9 { background: rgb(var(--wrong) / .60); }
.sheet { display: block; max-width: 100%; margin: .4rem 0 .8rem; }
figure { margin: 0 0 1.6rem; }
figcaption { font-weight: 600; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--quiet); font-size: 12px; }
svg .grid { stroke: var(--rule); }
svg .axis { stroke: var(--quiet); }
svg .mark { stroke: var(--quiet); stroke-dasharray: 4 4; }
svg path {
  fill: none; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round;
}
path.c1 { stroke: var(--c1); }
path.c2 { stroke: var(--c2); }
path.c3 { stroke: var(--c3); }
svg path.faint { stroke: var(--c1); stroke-width: 1; opacity: .4; }
circle.c1, circle.faint { fill: var(--c1); }
circle.faint { opacity: .4; }
circle.c2 { fill: var(--c2); }
circle.c3 { fill: var(--c3); }
.legend { margin: 0; font-size: .9em; }
.key { margin-right: 1.2rem; white-space: nowrap; }
.key::before {
  content: ""; display: inline-block; width: 1.2em; margin-right: .4em;
  border-top: 3px solid; vertical-align: middle;
}
.key.c1::before { border-color: var(--c1); }
.key.c2::before { border-color: var(--c2); }
.key.c3::before { border-color: var(--c3); }
.key.faint::before { border-color: var(--c1); opacity: .4; }
@media print {
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  figure, tr, .outcome { break-inside: avoid; }
  h2, h3, figcaption { break-after: avoid; }
  .scroll { overflow: visible; }
  .matrix td, .outcome { print-color-adjust: exact; }
}
)css";

}  // namespace tunesmith::worker
