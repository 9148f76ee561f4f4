"""The look of the report: calm greys, one accent a kind of suspicion, light, dark and on paper."""

# The kinds that have an accent below, in the order of display; the same colours as on the pages.
ACCENTED = ("backdoor", "injection", "mislabel", "duplicate", "drift")

STYLE = """
:root { color-scheme: light dark; --paper: #fbfbfa; --card: #ffffff; --ink: #1f2328; --soft: #5c636b; --line: #e4e5e7; --bar: #c9cdd2;
  --now: #495057; --backdoor: #c2255c; --injection: #5f3dc4; --mislabel: #d97706; --duplicate: #0c8599; --drift: #1c7ed6; }
@media (prefers-color-scheme: dark) { :root { --paper: #16181b; --card: #1d2024; --ink: #e8eaed; --soft: #a3aab2; --line: #30343a;
  --bar: #4a5058; --now: #ced4da; --backdoor: #f06595; --injection: #9775fa;
  --mislabel: #f59f00; --duplicate: #3bc9db; --drift: #4dabf7; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 48px 28px 80px; }
header p { color: var(--soft); margin: 0; overflow-wrap: anywhere; }
h1 { font-size: 30px; line-height: 1.25; font-weight: 650; letter-spacing: -0.015em; margin: 6px 0 10px; text-wrap: balance; }
h2 { font-size: 17px; font-weight: 620; margin: 44px 0 12px; }
.note { color: var(--soft); margin: 0 0 12px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(120px, 1fr)); gap: 1px; margin: 28px 0 0; background: var(--line);
  border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
.tiles div { background: var(--card); padding: 14px 16px; }
.tiles dt { color: var(--soft); font-size: 13px; }
.tiles dd { margin: 0; font-size: 22px; font-weight: 600; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; padding: 8px 14px; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
th { color: var(--soft); font-weight: 500; font-size: 13px; white-space: nowrap; }
td { overflow-wrap: break-word; max-width: 340px; white-space: pre-wrap; unicode-bidi: isolate; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.wide { min-width: 220px; }
.dot { display: inline-block; width: 9px; height: 9px; border-radius: 50%; margin-right: 8px; background: var(--bar); }
.bars { min-width: 160px; }
.bars i { display: block; height: 5px; border-radius: 3px; margin: 3px 0; background: var(--bar); }
.bars i + i { background: var(--now); }
code { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.plot { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px; overflow-x: auto; break-inside: avoid; }
.plot svg, .plot img { max-width: 100%; height: auto; }
@media print { :root { --paper: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #ccc; --bar: #bbb; --now: #333; }
  body { font-size: 11px; } main { max-width: none; padding: 0; } h2 { break-after: avoid; } tr { break-inside: avoid; }
  .scroll { overflow: visible; border-radius: 0; } .bars i, .dot, .tiles { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""
