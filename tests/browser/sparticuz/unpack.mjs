// Unpacks the browser with its libraries into the temporary folder; the libraries are unpacked where Lambda's Node is named alone.
process.env.AWS_LAMBDA_JS_RUNTIME = "nodejs22.x";
const { default: chromium } = await import("@sparticuz/chromium");
await chromium.executablePath();
