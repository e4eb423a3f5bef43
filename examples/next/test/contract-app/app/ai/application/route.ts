/** A route of the application below the mount. */
export const GET = (): Response => new Response('the application below the mount');
