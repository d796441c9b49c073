// `latency.c` of a C export: how long the network takes for one image on the processor that it is compiled for, in the words and the
// JSON line of `genius latency`. Times by the clock of C, or by one of the device's own.
import { named } from "./naming.ts";

export const latencyText = (name: string): string =>
  named(
    `/* Measures how long one image takes: the median and the 90th percentile of milliseconds, in the words of \`genius latency\`, and as
   its --json line. Without a clock of C, define NET_NOW_MS as milliseconds that only rise, such as
   -D'NET_NOW_MS=((double)HAL_GetTick())', and declare what it calls in a file that -include names. */
#include <stdio.h>
#include <stdlib.h>

#ifndef NET_NOW_MS
#include <time.h>
#define NET_NOW_MS (1000.0 * (double)clock() / CLOCKS_PER_SEC)
#endif

#define NET_IMPLEMENTATION
#include "net_.h"

#define RUNS 30
/* A run is as many predictions as take this long, since a clock may tick once a millisecond. */
#define RUN_MS 10.0

static uint8_t pixels[NET_HEIGHT * NET_WIDTH * NET_CHANNELS];
static float scores[NET_CLASSES];

/* Keeps a compiler from leaving predictions out. */
static volatile int sink;

static double run_ms(long predictions) {
  const double started = NET_NOW_MS;
  for (long i = 0; i < predictions; i += 1) sink = net_predict(pixels, scores);
  return NET_NOW_MS - started;
}

static int by_size(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(void) {
  double times[RUNS];
  long predictions = 1;
  for (size_t i = 0; i < sizeof pixels; i += 1) pixels[i] = (uint8_t)(i * 37u);
  while (predictions < 1000000 && run_ms(predictions) < RUN_MS) predictions *= 2;
  for (int i = 0; i < RUNS; i += 1) times[i] = run_ms(predictions) / (double)predictions;
  qsort(times, RUNS, sizeof times[0], by_size);
  const double median = times[RUNS / 2], slow = times[(RUNS - 1) * 9 / 10];
  printf("%.3g ms median, %.3g ms at the 90th percentile, of %d runs with 1 thread\\n", median, slow, RUNS);
  printf("{\\"medianMs\\":%.6g,\\"p90Ms\\":%.6g,\\"repeats\\":%d,\\"threads\\":1}\\n", median, slow, RUNS);
  return 0;
}
`,
    name,
  );
