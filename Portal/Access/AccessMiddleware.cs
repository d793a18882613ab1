using System.Net;
using CllClip.Portal.Features.Audit;
using CllClip.Portal.Storage;
using Microsoft.AspNetCore.Http.Extensions;

namespace CllClip.Portal.Access;

/// <summary>Refuses foreign hosts and origins, turns <c>?token=</c> into a cookie, finds out who calls, and lets pass who may do what the endpoint does.</summary>
internal sealed class AccessMiddleware(RequestDelegate next, AccessGate gate, TokenAttempts attempts, IAuditLog log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!gate.IsOwnHost(request.Host))
        {
            await AccessAnswers.AnswerAsync(
                context,
                403,
                "Foreign host",
                "The request names a host that is none of this portal's. If the portal is to be called by it, add it to the setting CllClip:Access:Hosts."
            );
        }
        else if (IsForeignOrigin(request))
        {
            await AccessAnswers.AnswerAsync(context, 403, "Foreign origin", "The request comes from a page of another site.");
        }
        else if (gate.TokenNeeded && HttpMethods.IsGet(request.Method) && request.Query.TryGetValue("token", out var token))
        {
            await SignInAsync(context, token);
        }
        else if (await FindCallerAsync(context) is { } caller)
        {
            context.User = caller.ToPrincipal();
            await PassAsync(context, caller, EndpointActs.Of(context));
        }
    }

    private async Task PassAsync(HttpContext context, Caller caller, Act act)
    {
        if (caller.May(act))
        {
            await next(context);
            return;
        }
        if (act.Needed > Role.Viewer)
        {
            await log.RefusedAsync(caller, act, AuditMiddleware.Targets(context));
        }
        await AccessAnswers.RoleAsync(context, caller, act);
    }

    private async Task SignInAsync(HttpContext context, string? token)
    {
        var address = RateLimits.Address(context);
        var (key, looked) = attempts.Try(context, () => gate.Find(token));
        if (!looked)
        {
            await TooMany(context);
        }
        else if (key is null)
        {
            await log.RefusedAsync(gate.Unproven(address), Acts.SignIn, []);
            await AccessAnswers.AnswerAsync(context, 401, "Wrong token", "The token in the address is not this portal's.");
        }
        else
        {
            await log.WriteAsync(new(key.Name, key.Role, address), Acts.SignIn, AuditOutcome.Done, []);
            await GiveCookieAsync(context, key);
        }
    }

    /// <summary>Who calls; null if that was answered already.</summary>
    private async Task<Caller?> FindCallerAsync(HttpContext context)
    {
        var address = RateLimits.Address(context);
        var unproven = gate.Unproven(address);
        if (!gate.TokenNeeded || !AccessGate.HasProof(context.Request))
        {
            return unproven;
        }
        var (key, looked) = AccessGate.HasToken(context.Request)
            ? attempts.Try(context, () => gate.OfToken(context.Request))
            : (null, true);
        key ??= gate.OfCookie(context.Request); // always looked at: others' wrong tokens sign nobody out
        if (key is not null)
        {
            return new Caller(key.Name, key.Role, address);
        }
        if (looked)
        {
            context.Response.Cookies.Delete(AccessGate.CookieName); // one of an earlier start would be wrong again and again
            await log.RefusedAsync(unproven, Acts.SignIn, []);
        }
        else if (EndpointActs.Of(context).Needed > Role.Viewer)
        {
            await TooMany(context);
            return null;
        }
        return unproven;
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
        return !EndpointActs.IsSafe(request.Method) && request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin" or "none");
    }

    private Task GiveCookieAsync(HttpContext context, TokenKey key)
    {
        var request = context.Request;
        context.Response.Cookies.Append(
            AccessGate.CookieName,
            gate.CookieOf(key),
            new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Strict,
                Secure = request.IsHttps,
                IsEssential = true,
                MaxAge = AccessGate.CookieLife,
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
        AccessAnswers.AnswerAsync(context, 429, "Too many wrong tokens", "Wait a minute, then try again with the right one.");
}
