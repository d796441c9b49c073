// The network as a small drawing beside its name: a bar for each block, as high as its maps and as thick as its channels.
import type { StageView } from "../../../../src/dashboard/api.ts";
import { thumbnailBars } from "../../../../src/report/network-thumbnail.ts";

const [width, height] = [240, 110];

export function Thumbnail({ stages }: { readonly stages: readonly StageView[] }) {
  const bars = thumbnailBars(stages, { width, height });
  return (
    <svg className="thumbnail" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {bars.map(({ x, y, width: wide, height: high, series, residual }, place) => (
        <g key={x} className={`stage s${series % 8}`}>
          <rect x={x} y={y} width={wide} height={high} rx={Math.min(3, wide / 3)} />
          {residual && place > 0 && (
            <path d={`M${x - 2} ${y + 4}q${wide / 2 + 2} ${-Math.min(10, y)} ${wide + 4} 0`} />
          )}
        </g>
      ))}
    </svg>
  );
}
