using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CllClip.Portal.Tests.Api;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Xunit;

namespace CllClip.Portal.Tests.Attacks;

/// <summary>
/// Paths that lead out, in every encoding, wherever an address or a body names something. What is attacked is read from the endpoints, the pages and the OpenAPI
/// document, so that a new one is attacked by itself.
/// </summary>
public sealed class TraversalTests(AttackedPortal portal) : IClassFixture<AttackedPortal>, IAsyncLifetime
{
    private static readonly string[] _folders =
    [
        "/",
        "/css/",
        "/js/",
        "/fonts/",
        "/_content/MudBlazor/",
        "/_framework/",
        "/openapi/",
        "/health/",
    ];

    public async ValueTask InitializeAsync() => await portal.ReadyAsync();

    public async ValueTask DisposeAsync() => await portal.IsUnharmedAsync();

    [Fact]
    public async Task Every_part_of_every_route_refuses_what_is_no_name()
    {
        var targets = new List<(string Method, string Target)>();
        foreach (var endpoint in portal.Endpoints.Where(e => e.RoutePattern.Parameters.Count > 0))
        {
            foreach (var part in endpoint.RoutePattern.Parameters)
            {
                targets.AddRange(
                    from attack in PathAttacks.Encoded(portal.Canary)
                    let target = Address(endpoint.RoutePattern, part.Name, attack)
                    from method in AttackedPortal.Methods(endpoint)
                    select (method, target)
                );
            }
        }
        Assert.True(targets.Count > 2_000, $"{targets.Count} attacks: the endpoints were not found");
        await Parallel.ForEachAsync(
            targets.Distinct(),
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken },
            async (t, _) =>
            {
                var answer = await portal.AskAsync(t.Method, t.Target, ["Tus-Resumable: 1.0.0"]);
                var asked = $"{t.Method} {t.Target}";
                AttackedPortal.Harmless(answer, asked);
                // A way that the server itself walks up ends at an address of its own; anything else names nothing that there is.
                if (
                    answer.Status is 200 or 201 or 202 or 204
                    && !IsWalked(t.Target)
                    && answer.Header("Content-Type")?.StartsWith("text/html", StringComparison.Ordinal) != true
                )
                {
                    Assert.Fail($"{answer.Status} for {asked}: {answer.Body[..Math.Min(300, answer.Body.Length)]}");
                }
                Assert.False(
                    answer.Status is >= 300 and < 400 && LeadsAway(answer.Header("Location")),
                    $"{asked} leads to {answer.Header("Location")}"
                );
            }
        );
    }

    [Fact]
    public async Task Static_files_are_those_of_the_portal_alone()
    {
        var targets =
            from folder in _folders
            from attack in PathAttacks
                .Encoded(portal.Canary)
                .Concat(["../appsettings.json", "..%2fappsettings.json", "%2e%2e%5cappsettings.json", "portal.db", "keys/"])
            select folder + attack;
        await Parallel.ForEachAsync(
            targets,
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken },
            async (target, _) =>
            {
                var answer = await portal.AskAsync("GET", target);
                AttackedPortal.Harmless(answer, target);
                Assert.False(answer.Status == 200 && answer.Body.Contains("ConnectionStrings", StringComparison.Ordinal), target);
            }
        );
    }

    [Fact]
    public async Task Every_query_parameter_of_the_api_and_of_the_pages_takes_it_as_a_name_that_does_not_exist()
    {
        var document = (await ApiClient.AskAsync(portal, "GET", "/openapi/v1.json")).Json;
        var asked = (
            from path in document.GetProperty("paths").EnumerateObject()
            from operation in path.Value.EnumerateObject()
            where operation.Name is "get" or "post" && operation.Value.TryGetProperty("parameters", out _)
            from parameter in operation.Value.GetProperty("parameters").EnumerateArray()
            where parameter.GetProperty("in").GetString() == "query"
            select (Method: operation.Name.ToUpperInvariant(), Path: Filled(path.Name), Name: parameter.GetProperty("name").GetString()!)
        ).ToList();
        Assert.True(asked.Count > 60, $"{asked.Count} parameters");
        var pages = (
            from page in typeof(Program).Assembly.GetTypes()
            from route in page.GetCustomAttributes<RouteAttribute>()
            from property in page.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            where property.GetCustomAttribute<SupplyParameterFromQueryAttribute>() is not null
            select (
                Method: "GET",
                Path: Filled(route.Template),
                Name: property.GetCustomAttribute<SupplyParameterFromQueryAttribute>()!.Name ?? property.Name.ToLowerInvariant()
            )
        ).ToList();
        Assert.True(pages.Count > 25, $"{pages.Count} parameters of pages");
        var attacks = PathAttacks
            .Encoded(portal.Canary)
            .Where((a, i) => i % 3 == 0 || a.Contains("%00", StringComparison.Ordinal))
            .ToList();
        var targets =
            from p in asked.Concat(pages).Distinct()
            from attack in attacks
            where attack.Length < 2_500
            select (p.Method, Target: $"{p.Path}?{p.Name}={attack}");
        await Parallel.ForEachAsync(
            targets,
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken },
            async (t, _) =>
            {
                var answer = await portal.AskAsync(t.Method, t.Target, ["Content-Type: application/json"]);
                AttackedPortal.Harmless(answer, $"{t.Method} {t.Target}");
                Assert.False(LeadsAway(answer.Header("Location")), $"{t.Target} leads to {answer.Header("Location")}");
            }
        );
    }

    [Fact]
    public async Task Every_field_of_every_body_takes_it_as_wrong()
    {
        var document = (await ApiClient.AskAsync(portal, "GET", "/openapi/v1.json")).Json;
        var bodies = Bodies.Of(document).ToList();
        Assert.True(bodies.Count >= 7, string.Join(' ', bodies.Select(b => b.Path)));
        foreach (var (method, path, fields) in bodies)
        {
            foreach (var (field, isList) in fields)
            {
                foreach (var attack in PathAttacks.Texts(portal.Canary))
                {
                    JsonNode value = isList ? new JsonArray(attack) : JsonValue.Create(attack);
                    var body = new JsonObject { [field] = value }.ToJsonString();
                    var answer = await portal.AskAsync(
                        method,
                        Filled(path),
                        ["Content-Type: application/json"],
                        Encoding.UTF8.GetBytes(body)
                    );
                    AttackedPortal.Harmless(answer, $"{method} {path} {body[..Math.Min(200, body.Length)]}");
                    Assert.True(
                        answer.Status is >= 400 and < 500,
                        $"{answer.Status} for {method} {path} {body[..Math.Min(200, body.Length)]}"
                    );
                }
            }
        }
    }

    [Fact]
    public async Task Ids_of_data_sets_and_models_never_become_folders_elsewhere()
    {
        var folder = Directory.CreateDirectory(Path.Combine(portal.DataRoot, "given")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "captions.jsonl"), "{}\n", TestContext.Current.CancellationToken);
        foreach (var address in new[] { "/api/v1/datasets", "/api/v1/models" })
        {
            foreach (var id in PathAttacks.Texts(portal.Canary).Where(id => id != " ")) // which is as good as left out
            {
                var body = new JsonObject
                {
                    ["folder"] = folder,
                    ["id"] = id,
                    ["upload"] = null,
                };
                var answer = await ApiClient.AskAsync(portal, "POST", address, body.ToJsonString());
                Assert.True(answer.Code == 400, $"{answer.Code} for {address} with the id {JsonSerializer.Serialize(id)}: {answer.Text}");
            }
        }
    }

    [Fact]
    public async Task A_folder_with_something_else_in_it_is_refused_without_a_word_of_what_it_says()
    {
        foreach (var address in new[] { "/api/v1/datasets", "/api/v1/models" })
        {
            foreach (
                var folder in new[]
                {
                    portal.Canary,
                    portal.Canary + "/secret.txt",
                    portal.Canary + "/../" + Path.GetFileName(portal.Canary),
                }
            )
            {
                var answer = await ApiClient.AskAsync(
                    portal,
                    "POST",
                    address,
                    new JsonObject { ["folder"] = folder, ["id"] = "canary" }.ToJsonString()
                );
                Assert.True(answer.Code is 400 or 201, $"{answer.Code}: {answer.Text}");
                Assert.DoesNotContain(AttackedPortal.Secret, answer.Text, StringComparison.Ordinal);
                if (answer.Code == 201) // a data set is checked after it was taken; what is wrong with it stands in its report
                {
                    for (
                        var end = DateTime.UtcNow.AddSeconds(30);
                        DateTime.UtcNow < end;
                        await Task.Delay(100, TestContext.Current.CancellationToken)
                    )
                    {
                        var state = await ApiClient.AskAsync(portal, "GET", answer.Location!);
                        Assert.DoesNotContain(AttackedPortal.Secret, state.Text, StringComparison.Ordinal);
                        if (state.Json.GetProperty("state").GetString() == "failed")
                        {
                            break;
                        }
                    }
                    foreach (var report in new[] { "/report", "/report.csv" })
                    {
                        Assert.DoesNotContain(
                            AttackedPortal.Secret,
                            (await ApiClient.AskAsync(portal, "GET", answer.Location + report)).Text,
                            StringComparison.Ordinal
                        );
                    }
                    Assert.Equal(204, (await ApiClient.AskAsync(portal, "DELETE", answer.Location!)).Code);
                }
            }
        }
    }

    /// <summary>The address of a route with one part attacked and the others as they are in good addresses.</summary>
    private static string Address(RoutePattern pattern, string attacked, string attack)
    {
        var text = new StringBuilder();
        foreach (var segment in pattern.PathSegments)
        {
            text.Append('/');
            foreach (var part in segment.Parts)
            {
                text.Append(
                    part switch
                    {
                        RoutePatternLiteralPart literal => literal.Content,
                        RoutePatternSeparatorPart separator => separator.Content,
                        RoutePatternParameterPart p when p.Name == attacked => attack,
                        RoutePatternParameterPart p => Good(p.Name),
                        _ => throw new InvalidOperationException(part.ToString()),
                    }
                );
            }
        }
        return text.ToString();
    }

    private static string Good(string name) => name == "dataset" ? "emoji36" : "x";

    private static string Filled(string template)
    {
        var path = template;
        while (path.IndexOf('{', StringComparison.Ordinal) is >= 0 and var start)
        {
            var end = path.IndexOf('}', start);
            path = string.Create(CultureInfo.InvariantCulture, $"{path[..start]}{Good(path[(start + 1)..end])}{path[(end + 1)..]}");
        }
        return path;
    }

    private static bool IsWalked(string target) =>
        target.Replace("%2e", ".", StringComparison.OrdinalIgnoreCase) is var t
            && (
                t.Contains("/../", StringComparison.Ordinal)
                || t.EndsWith("/..", StringComparison.Ordinal)
                || t.EndsWith("/.", StringComparison.Ordinal)
            )
        || target.Contains("/?", StringComparison.Ordinal);

    private static bool LeadsAway(string? location) =>
        location is not null
        && (
            !location.StartsWith('/')
            || location.StartsWith("//", StringComparison.Ordinal)
            || location.StartsWith("/\\", StringComparison.Ordinal)
        );
}
