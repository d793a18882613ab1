using System.Net;
using CllClip.Portal.Api;
using Microsoft.AspNetCore.Http.Extensions;

namespace CllClip.Portal.Access;

/// <summary>Marks an endpoint whose POST changes nothing, so that those who may only look may call it.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class ChangesNothingAttribute : Attribute;

/// <summary>Refuses foreign hosts and origins, turns <c>?token=</c> into a cookie, and lets only those pass who may look or change.</summary>
internal sealed class AccessMiddleware(RequestDelegate next, AccessGate gate, TokenAttempts attempts)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!gate.IsOwnHost(request.Host))
        {
            return Refuse(
                context,
                403,
                "Foreign host",
                "The request names a host that is none of this portal's. If the portal is to be called by it, add it to the setting CllClip:Access:Hosts."
            );
        }
        if (IsForeignOrigin(request))
        {
            return Refuse(context, 403, "Foreign origin", "The request comes from a page of another site.");
        }
        if (gate.TokenNeeded && HttpMethods.IsGet(request.Method) && request.Query.TryGetValue("token", out var token))
        {
            return attempts.Try(context, () => gate.IsToken(token)) switch
            {
                true => GiveCookie(context),
                false => Refuse(context, 401, "Wrong token", "The token in the address is not this portal's."),
                null => TooMany(context),
            };
        }
        context.User = AccessGate.Nobody;
        if (gate.TokenNeeded && AccessGate.HasProof(request))
        {
            switch (attempts.Try(context, () => gate.IsProven(request)))
            {
                case true:
                    context.User = AccessGate.Owner;
                    break;
                case false:
                    context.Response.Cookies.Delete(AccessGate.CookieName); // one of an earlier start would be wrong again and again
                    break;
                case null when Changes(context):
                    return TooMany(context);
            }
        }
        if (!gate.MayLook(context.User) && !request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
        {
            return Refuse(context, 401, "Token needed", "This portal is shown only to those who have its token.");
        }
        return Changes(context) && !gate.MayChange(context.User)
            ? Refuse(context, 401, "Token needed", "Changes need the portal's token: send it as 'Authorization: Bearer TOKEN'.")
            : next(context);
    }

    /// <summary>A browser says where a request comes from, and cannot be made to lie; programs send no origin. The scheme may differ behind a proxy that ends TLS.</summary>
    private static bool IsForeignOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0)
        {
            return !Uri.TryCreate(origin, UriKind.Absolute, out var uri)
                || !uri.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase);
        }
        return !IsSafe(request.Method) && request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin" or "none");
    }

    private static bool IsSafe(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);

    /// <summary>Connections of circuits and hubs are opened by POST; what comes over them is checked where it is acted on.</summary>
    private static bool Changes(HttpContext context)
    {
        var endpoint = context.GetEndpoint()?.Metadata;
        return endpoint?.GetMetadata<ChangersOnlyAttribute>() is not null
            || (
                !IsSafe(context.Request.Method)
                && !context.Request.Path.StartsWithSegments("/_blazor", StringComparison.Ordinal)
                && !context.Request.Path.StartsWithSegments("/hubs", StringComparison.Ordinal)
                && endpoint?.GetMetadata<ChangesNothingAttribute>() is null
            );
    }

    private Task GiveCookie(HttpContext context)
    {
        var request = context.Request;
        context.Response.Cookies.Append(
            AccessGate.CookieName,
            gate.CookieValue,
            new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Strict,
                Secure = request.IsHttps,
                IsEssential = true,
                MaxAge = TimeSpan.FromDays(30),
            }
        );
        context.Response.Headers.CacheControl = "no-store";
        var query = new QueryBuilder(
            request
                .Query.Where(q => !q.Key.Equals("token", StringComparison.OrdinalIgnoreCase))
                .SelectMany(q => q.Value, (q, v) => KeyValuePair.Create(q.Key, v ?? ""))
        );
        // A leading "//" would name another host.
        var address = "/" + UriHelper.BuildRelative(request.PathBase, request.Path, query.ToQueryString()).TrimStart('/', '\\');
        if (request.Headers["Sec-Fetch-Site"] != "cross-site")
        {
            context.Response.StatusCode = StatusCodes.Status303SeeOther;
            context.Response.Headers.Location = address;
            return Task.CompletedTask;
        }
        // After a click on another site's page the strict cookie would not go along with a redirect: this page, being ours, goes on itself.
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(
            $"<!DOCTYPE html><meta http-equiv=\"refresh\" content=\"0;url={WebUtility.HtmlEncode(address)}\"><title>CLL-CLIP</title>"
        );
    }

    private static Task TooMany(HttpContext context) =>
        Refuse(context, 429, "Too many wrong tokens", "Wait a minute, then try again with the right one.");

    private static Task Refuse(HttpContext context, int status, string title, string detail)
    {
        if (status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }
        context.Response.Headers.CacheControl = "no-store";
        if (context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase))
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "text/html; charset=utf-8";
            return context.Response.WriteAsync(Page(title, detail, status));
        }
        return Problem.Of(status, title, detail).ExecuteAsync(context);
    }

    private static string Page(string title, string detail, int status) =>
        $"""
            <!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title} · CLL-CLIP</title>
            <style>body{"{"}font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem{"}"}input,button{"{"}font:inherit;padding:.4rem .6rem{"}"}</style>
            <h1>{title}</h1><p>{detail}</p>
            {(
                status == 401
                    ? "<form method=\"get\" action=\"/\"><label>Token <input name=\"token\" type=\"password\" autocomplete=\"current-password\" required></label> <button>Open</button></form><p>It was printed on the server's console when the portal started, or stands in its settings.</p>"
                    : ""
            )}
            </html>
            """;
}
