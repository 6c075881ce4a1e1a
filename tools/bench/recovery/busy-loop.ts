/** Uses as much of a core as it gets, until it is ended. */
for (;;) Math.random();
