/** Loaded before a supervised program: stops it when its supervisor is gone, so that killing `npm start` leaves no server behind. */
process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
process.channel?.unref();
// Its own children are not the supervisor's: Next's workers wait for work on a channel that must keep them alive.
const own = process.execArgv.indexOf(import.meta.url);
if (own > 0) process.execArgv.splice(own - 1, 2);
