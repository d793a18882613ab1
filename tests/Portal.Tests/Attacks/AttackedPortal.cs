using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Portal.Tests.Attacks;

/// <summary>
/// The real portal over a real socket, with a folder beside its data root that nothing may ever read, change or remove. The folder holds files of the names that
/// the portal looks for, so that a path that leads out of the data root would find something.
/// </summary>
public class AttackedPortal : PortalHost
{
    /// <summary>Text that stands in every file beside the data root and nowhere else.</summary>
    public const string Secret = "canary-5c1d7e0b-outside";

    private static readonly string[] _names = ["secret.txt", "steps.csv", "config.json", "upload.json", "report.json", "captions.jsonl"];
    private static readonly string[] _systemSecrets = ["root:x:0:0", "/bin/bash", "[extensions]", "PRIVATE KEY"];

    public AttackedPortal()
        : this([]) { }

    protected internal AttackedPortal(
        Dictionary<string, string?> settings,
        string? boundTo = null,
        Action<IServiceCollection>? services = null
    )
        : base(settings, boundTo, services, fill: root => Plant(root + "-canary")) { }

    /// <summary>The folder that lies beside the data root.</summary>
    public string Canary => DataRoot + "-canary";

    /// <summary>Every endpoint that a request can be routed to, static files included.</summary>
    public IReadOnlyList<RouteEndpoint> Endpoints =>
        [.. Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];

    /// <summary>The HTTP methods that an endpoint answers to.</summary>
    public static IReadOnlyList<string> Methods(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods is { Count: > 0 } methods ? methods : ["GET", "POST"];

    /// <summary>Waits until the portal can do its work; without Emoji36's packages it only has to be alive.</summary>
    public async Task ReadyAsync()
    {
        using var client = Client();
        var address = PreparedData.IsThere ? "/health/ready" : "/health/live";
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(100, TestContext.Current.CancellationToken))
        {
            using var answer = await client.GetAsync(address, TestContext.Current.CancellationToken);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                return;
            }
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(90), await answer.Content.ReadAsStringAsync());
        }
    }

    /// <summary>After an attack the portal still works, at once, and what lies beside its data root is as it was.</summary>
    public async Task IsUnharmedAsync()
    {
        using var client = Client();
        using var answer = await client.GetAsync(PreparedData.IsThere ? "/health/ready" : "/health/live", CancellationToken.None);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        Assert.Equal(
            _names.Order(StringComparer.Ordinal),
            Directory.EnumerateFileSystemEntries(Canary).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        Assert.All(_names, n => Assert.Equal(Secret, File.ReadAllText(Path.Combine(Canary, n))));
    }

    /// <summary>What holds for every answer, whatever was asked: no server error, nothing from outside, nothing of the program's inside.</summary>
    public static void Harmless(WireAnswer answer, string asked)
    {
        Assert.True(answer.Status is > 0 and not 500 and not 502, $"{answer.Status} for {asked}\n{Start(answer.Body)}");
        Assert.False(answer.Body.Contains(Secret, StringComparison.Ordinal), $"A file from outside was told for {asked}");
        Assert.False(_systemSecrets.Any(s => answer.Body.Contains(s, StringComparison.Ordinal)), $"A system file was told for {asked}");
        NothingInside(answer, asked);
    }

    /// <summary>No stack trace, no name of a type, no banner of the server.</summary>
    public static void NothingInside(WireAnswer answer, string asked)
    {
        if (answer.Status >= 400)
        {
            foreach (var trace in new[] { "   at ", "Exception", ".cs:line", "System.", "Microsoft.AspNetCore" })
            {
                Assert.False(
                    answer.Body.Contains(trace, StringComparison.Ordinal),
                    $"'{trace}' in the answer to {asked}\n{Start(answer.Body)}"
                );
            }
        }
        Assert.Null(answer.Header("Server"));
        Assert.Null(answer.Header("X-Powered-By"));
    }

    private static string Start(string text) => text.Length > 600 ? text[..600] : text;

    private static void Plant(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var name in _names)
        {
            File.WriteAllText(Path.Combine(folder, name), Secret);
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && Directory.Exists(Canary))
        {
            Directory.Delete(Canary, recursive: true);
        }
    }
}
