/** Takes all of a core that it gets, until it is ended. */
for (;;) Math.random();
