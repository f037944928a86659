/** Loaded before a supervised program: stops it when its supervisor is gone, so that killing `npm start` leaves no server behind. */
process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
process.channel?.unref();
