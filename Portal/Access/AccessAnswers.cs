using System.Net;
using CllClip.Portal.Api;

namespace CllClip.Portal.Access;

/// <summary>Answers to those who may not: a page with a field for the token in browsers, problem details for programs.</summary>
internal static class AccessAnswers
{
    /// <summary>401 to those without a token, 403 to those whose token is of another role; both say which role it needs and what to do.</summary>
    public static Task RoleAsync(HttpContext context, Caller caller, Act act)
    {
        var role = RoleNames.Of(act.Needed);
        if (caller.Name == Caller.Anonymous)
        {
            return AnswerAsync(
                context,
                401,
                "Token needed",
                act.Needed <= Role.Viewer
                    ? "This portal is shown only to those who have a token of it: send it as 'Authorization: Bearer TOKEN'."
                    : $"This needs a token of the role {role}: send it as 'Authorization: Bearer TOKEN'."
            );
        }
        return AnswerAsync(
            context,
            403,
            "Another role needed",
            $"This needs the role {role}; the token '{caller.Name}' has the role {RoleNames.Of(caller.Role)}. "
                + "Send a token of that role as 'Authorization: Bearer TOKEN', or ask whoever runs the portal."
        );
    }

    public static Task AnswerAsync(HttpContext context, int status, string title, string detail)
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
            <!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>{title} · CLL-CLIP</title>{(
                status == 503 ? "<meta http-equiv=\"refresh\" content=\"30\">" : ""
            )}
            <style>body{"{"}font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem{"}"}input,button{"{"}font:inherit;padding:.4rem .6rem{"}"}</style>
            <h1>{title}</h1><p>{WebUtility.HtmlEncode(detail)}</p>
            {(
                status == 401
                    ? "<form method=\"get\" action=\"/\"><label>Token <input name=\"token\" type=\"password\" autocomplete=\"current-password\" required></label> <button>Open</button></form><p>It was printed on the server's console when the portal started, or stands in its settings.</p>"
                    : ""
            )}
            </html>
            """;
}
