-- AlterTable
ALTER TABLE "machine_order" ADD COLUMN     "refunded" BIGINT NOT NULL DEFAULT 0;

ALTER TABLE "machine_order" ADD CONSTRAINT "machine_order_refunded" CHECK ("refunded" BETWEEN 0 AND "captured");
