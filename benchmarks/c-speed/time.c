/* The median time of one prediction in milliseconds: of at least 30, over at least 200 ms, as `measureLatencyMs` measures. */
#define _POSIX_C_SOURCE 199309L
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NETWORK_IMPLEMENTATION
#include "network.h"

#define MOST 1000

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static int compare(const void *a, const void *b) {
  const double difference = *(const double *)a - *(const double *)b;
  return difference < 0 ? -1 : difference > 0;
}

int main(void) {
  static uint8_t pixels[NETWORK_HEIGHT * NETWORK_WIDTH * NETWORK_CHANNELS];
  static double times[MOST];
  float scores[NETWORK_CLASSES];
  for (size_t i = 0; i < sizeof pixels; i += 1) pixels[i] = (uint8_t)(i * 2654435761u >> 24);
  for (int i = 0; i < 5; i += 1) network_predict(pixels, scores);
  const double begin = now();
  int count = 0;
  while (count < 30 || (now() - begin < 200 && count < MOST)) {
    const double before = now();
    network_predict(pixels, scores);
    times[count] = now() - before;
    count += 1;
  }
  qsort(times, (size_t)count, sizeof times[0], compare);
  printf("%.6f\n", times[count / 2]);
  return 0;
}
