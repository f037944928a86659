import classes from "./auth.module.css";

const ROWS = 9;
const GAP = 44;
const WIDTH = 720;

/** A yard seen from above: parallel tracks, switches between them, and one route set through. Drawn by rule, on the grid of the mark. */
export function Tracks() {
  const y = (row: number) => 40 + row * GAP;
  const crossings = [
    [0, 120],
    [2, 330],
    [3, 180],
    [5, 420],
    [6, 250],
    [7, 80],
  ] as const;
  return (
    <svg className={classes.tracks} viewBox={`0 0 ${WIDTH} ${y(ROWS - 1) + 40}`} preserveAspectRatio="xMidYMid slice" fill="none">
      {Array.from({ length: ROWS }, (_, row) => (
        <path key={row} d={`M0 ${y(row)}H${WIDTH}`} className={classes.track} />
      ))}
      {crossings.map(([row, x]) => (
        <path key={`${row} ${x}`} d={turnout(x, y(row + 1), y(row))} className={classes.track} />
      ))}
      <path d={`M0 ${y(6)}H150${curve(150, y(6), y(5))}H330${curve(330, y(5), y(4))}H500${curve(500, y(4), y(3))}H${WIDTH}`} className={classes.route} pathLength={1} />
    </svg>
  );
}

/** The line of a switch: from one track to its neighbour within 96 units. */
function curve(x: number, from: number, to: number): string {
  return `C${x + 52} ${from} ${x + 44} ${to} ${x + 96} ${to}`;
}

function turnout(x: number, from: number, to: number): string {
  return `M${x} ${from}${curve(x, from, to)}`;
}
