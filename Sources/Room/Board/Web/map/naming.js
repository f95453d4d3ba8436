// From which zoom on a road has its name.
const named = { motorway: 12, trunk: 12, primary: 13, secondary: 13, tertiary: 14 };
const otherwise = 15;

/** From which zoom on roads of a class have their names, and how great they are: 0 is the greatest. */
export function naming(kind) {
  const base = kind.replace("_link", "");
  return { from: named[base] ?? otherwise, rank: Object.keys(named).indexOf(base) >>> 0 };
}
