-- AlterTable
ALTER TABLE "vm" ADD COLUMN     "serial_read_at" TIMESTAMPTZ(3),
ADD COLUMN     "serial_tail_at" TIMESTAMPTZ(3);
