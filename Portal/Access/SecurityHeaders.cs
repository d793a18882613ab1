using System.Security.Cryptography;

namespace CllClip.Portal.Access;

/// <summary>Headers that keep a browser from doing what the pages never ask for.</summary>
internal sealed class SecurityHeaders(RequestDelegate next, IWebHostEnvironment environment)
{
    private const string NonceItem = "script-nonce";

    /// <summary>The value that marks this response's own inline script (the import map).</summary>
    public static string? Nonce(HttpContext? context) => context?.Items[NonceItem] as string;

    public Task InvokeAsync(HttpContext context)
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        context.Items[NonceItem] = nonce;
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = Policy(nonce);
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            return Task.CompletedTask;
        });
        return next(context);
    }

    /// <summary>Everything from here; styles also inline, because MudBlazor and the charts set them; scripts inline only with the nonce.</summary>
    private string Policy(string nonce) =>
        $"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        + $"connect-src 'self'{(environment.IsDevelopment() ? " ws://localhost:* wss://localhost:*" : "")}; "
        + "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
}
