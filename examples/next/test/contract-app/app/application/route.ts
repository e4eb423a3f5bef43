/** A route of the application beside the mount. */
export const GET = (): Response => new Response('the application');
