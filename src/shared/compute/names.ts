/** A host name (RFC 1123 label): a VM's name becomes the guest's. */
export const VM_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
