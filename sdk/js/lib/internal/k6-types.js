// Names of types that TypeScript scripts import from `k6/http` as if they were values.

export const AuthMethod = undefined;
export const BatchRequest = undefined;
export const BatchRequests = undefined;
export const BatchResponses = undefined;
export const CookieJarCookies = undefined;
export const CookieOptions = undefined;
export const HttpURL = undefined;
export const Params = undefined;
export const RefinedBatchRequest = undefined;
export const RefinedParams = undefined;
export const RefinedResponse = undefined;
export const RequestBody = undefined;
export const ResponseBody = undefined;
export const ResponseCallback = undefined;
export const ResponseType = undefined;
export const StructuredRequestBody = undefined;
