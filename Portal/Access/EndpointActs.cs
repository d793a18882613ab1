using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;

namespace CllClip.Portal.Access;

/// <summary>What endpoints do, as their metadata say it.</summary>
internal static class EndpointActs
{
    /// <summary>MapStaticAssets adds it to builds that are not published, out of reach of conventions. It reads static files that came since the build, or answers 404.</summary>
    private const string StaticFallback = "{**path:file}";

    /// <summary>Says what an endpoint does, and with it who may call it. One that says nothing is open to admins alone.</summary>
    public static TBuilder Does<TBuilder>(this TBuilder endpoint, Act act)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoint.WithMetadata(act);
        if (act.Needed > Role.Viewer)
        {
            endpoint.WithMetadata(Refusal(StatusCodes.Status401Unauthorized), Refusal(StatusCodes.Status403Forbidden));
        }
        return endpoint;
    }

    /// <summary>What a request asks for.</summary>
    public static Act Of(HttpContext context) =>
        context.GetEndpoint() switch
        {
            RouteEndpoint endpoint => Of(endpoint),
            { } other when other.Metadata.GetMetadata<Act>() is { } act => act,
            _ => IsSafe(context.Request.Method) ? Acts.Look : Acts.Nothing,
        };

    /// <summary>What an endpoint does; <see cref="Acts.Undeclared"/> if it does not say.</summary>
    public static Act Of(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<Act>() ?? (endpoint.RoutePattern.RawText == StaticFallback ? Acts.Look : Acts.Undeclared);

    /// <summary>Whether a method changes nothing by its meaning.</summary>
    public static bool IsSafe(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);

    private static ProducesResponseTypeMetadata Refusal(int status) => new(status, typeof(ProblemDetails), ["application/problem+json"]);
}
