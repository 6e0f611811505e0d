import { PALETTE, properties } from "./palette.ts";

/** Width of a mesh's column and least width of a promise, in rem. */
const COLUMN_REM = 9;
const PROMISE_REM = 26;

/**
 * The style of the page. Where the matrix does not fit, on a phone or with many meshes, each of its rows becomes a card.
 *
 * An opened cell shows its panel across the whole table: the panel is as wide as the table and pulled back to its left
 * edge by the width of the columns before it. Rows are therefore two lines high at least, so that the panel begins
 * below the promise, and only one cell of a row is open at a time (`details` of one name).
 */
export function style(meshCount: number): string {
  const fitsFrom = PROMISE_REM + COLUMN_REM * meshCount + 3;
  return `
:root{color-scheme:light dark;--line:#d9dee5;${properties(PALETTE.light)}}
@media(prefers-color-scheme:dark){:root{--line:#303a46;${properties(PALETTE.dark)}}}
*{box-sizing:border-box}
body{margin:0;font:15px/1.45 system-ui,sans-serif;color:var(--page-ink);background:var(--page-ground);overflow-wrap:anywhere}
main,header,footer{max-width:84rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:1.75rem}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 .25rem}
h2{font-size:1.2rem;margin:2.25rem 0 .75rem}
h3{font-size:1rem;margin:0}
h4{font-size:.85rem;margin:1rem 0 .25rem}
p{margin:.25rem 0}
a{color:var(--link-ink)}
a:focus-visible,summary:focus-visible,input:focus-visible{outline:3px solid var(--link-ink);outline-offset:2px}
code,pre,.number{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.86em}
.quiet{color:var(--quiet-ink)}
.alert{background:var(--bad-ground);color:var(--bad-ink);padding:.75rem 1rem;border-radius:.5rem;margin-top:1rem}
.alert ul{margin:.25rem 0;padding-left:1.25rem}
.good{color:var(--good-ink);background:var(--good-ground)}
.bad{color:var(--bad-ink);background:var(--bad-ground)}
.known{color:var(--known-ink);background:var(--known-ground)}
.doubt{color:var(--doubt-ink);background:var(--doubt-ground)}
.faint{color:var(--faint-ink);background:var(--faint-ground)}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(19rem,100%),1fr));gap:1rem;list-style:none;padding:0;margin:0}
.card{background:var(--card-ground);border:1px solid var(--line);border-radius:.6rem;padding:1rem}
.score{font-size:2rem;font-weight:650;line-height:1.15}
.score small{white-space:nowrap;font-size:.9rem;font-weight:400;color:var(--quiet-ink)}
.bar{display:flex;height:.5rem;border-radius:.25rem;overflow:hidden;background:var(--faint-ground);margin:.5rem 0;border:1px solid var(--line)}
.bar span{display:block}
.bar .good{background:var(--good-ink)}.bar .bad{background:var(--bad-ink)}.bar .doubt{background:var(--doubt-ink)}
.box{background:var(--card-ground);border:1px solid var(--line);border-radius:.6rem;container-type:inline-size}
table{border-collapse:collapse;width:100%;text-align:left}
th,td{padding:.35rem .6rem;vertical-align:top;border-top:1px solid var(--line)}
thead th{border-top:0;font-size:.85rem}
.scroll{overflow-x:auto}
.short{white-space:nowrap;width:1%}
.tick{display:inline-flex;gap:.5rem;align-items:center;margin:0 0 .75rem;cursor:pointer}
body:has(#quiet:checked) tr.kept,body:has(#quiet:checked) tbody.kept{display:none}
.matrix{table-layout:fixed}
.matrix>*>tr>td,.matrix>*>tr>th{padding:.3rem .4rem}
.matrix .mesh{width:${COLUMN_REM}rem;text-align:center}
.matrix>thead>tr>th{position:sticky;top:0;background:var(--card-ground);z-index:1;box-shadow:0 1px var(--line);vertical-align:bottom}
.matrix>thead>tr>th:first-child{border-top-left-radius:.6rem}.matrix>thead>tr>th:last-child{border-top-right-radius:.6rem}
.matrix>tbody>tr>th{font-weight:400;padding-left:1rem}
.matrix>tbody>.family>*{background:var(--faint-ground);padding:.5rem .6rem;text-align:center;font-weight:600}
.matrix>tbody>.family>th{text-align:left}
.promise{display:-webkit-box;-webkit-line-clamp:2;-webkit-box-orient:vertical;overflow:hidden;height:2.9em}
summary{cursor:pointer;list-style:none;border-radius:.35rem;padding:.1rem .2rem;white-space:nowrap;text-align:center;font-weight:600;font-size:.88rem;min-height:3.2em;display:flex;gap:.35em;align-items:center;justify-content:center}
summary::-webkit-details-marker{display:none}
summary:hover{text-decoration:underline}
details[open]>summary{outline:2px solid currentcolor}
.absent{text-align:center;color:var(--quiet-ink)}
.mark{border-radius:.35rem;padding:.05rem .4rem;font-weight:600;font-size:.88rem;white-space:nowrap}
.panel{position:relative;width:calc(100cqw - .8rem);margin:.5rem 0 .4rem calc(-1*(100cqw - var(--columns-after)*${COLUMN_REM}rem));background:var(--page-ground);border:1px solid var(--line);border-radius:.5rem;padding:.9rem 1rem;scroll-margin-top:8rem}
.panel table{background:var(--card-ground);border:1px solid var(--line);font-size:.88rem}
.panel pre{background:var(--card-ground);border:1px solid var(--line);border-radius:.35rem;padding:.5rem .6rem;margin:0;white-space:pre-wrap;user-select:all}
.cell+.cell{border-top:2px solid var(--line);margin-top:1rem;padding-top:1rem}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr));gap:0 1.25rem}
.claims{margin:0;padding-left:1.1rem}
.timeline td:first-child{white-space:nowrap;width:8.5rem;text-align:right}
.timeline .right{background:var(--faint-ground)}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.25rem;margin:0;padding:1rem}
.facts dt{color:var(--quiet-ink)}.facts dd{margin:0}
footer{padding:2rem 1.25rem 3rem}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media(max-width:${fitsFrom}rem){
.matrix>thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.matrix,.matrix>tbody,.matrix>tbody>tr,.matrix>tbody>tr>*{display:block;width:auto}
.matrix>tbody>tr{border-top:1px solid var(--line);padding:.4rem 0}
.matrix>tbody>.family{padding:0}
.matrix>tbody>tr>*{border:0}
.promise{display:block;height:auto}
.matrix>tbody>tr>td{display:grid;grid-template-columns:7.5rem 1fr;gap:.5rem;align-items:center;text-align:left}
.matrix>tbody>tr>td:before{content:attr(data-mesh);color:var(--quiet-ink);font-weight:400}
.matrix>tbody>tr>td:has(details[open]){display:block}
.timeline td:first-child{width:auto}
summary{min-height:2.2em}
.panel{width:auto;margin:.5rem 0}
}
@media(max-width:34rem){
main,header,footer{padding-left:.75rem;padding-right:.75rem}
.facts{grid-template-columns:1fr;gap:0}.facts dd{margin-bottom:.5rem}
}
@media print{.matrix thead th{position:static}summary{min-height:0}.tick{display:none}}
`;
}
