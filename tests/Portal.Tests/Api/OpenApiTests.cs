using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Portal.Tests.Api;

/// <summary>The OpenAPI document says what the portal does: no more, no less.</summary>
public sealed partial class OpenApiTests(PortalHost portal) : IClassFixture<PortalHost>
{
    /// <summary>The endpoints of the contract (the portal's specification, section 2).</summary>
    private static readonly string[] Contract =
    [
        "get /api/v1/methods",
        "get /api/v1/languages",
        "get /api/v1/datasets",
        "get /api/v1/models",
        "post /api/v1/runs",
        "get /api/v1/runs",
        "get /api/v1/runs/{id}",
        "get /api/v1/runs/{id}/scores",
        "get /api/v1/runs/{id}/scores.csv",
        "post /api/v1/runs/{id}/stop",
        "post /api/v1/runs/{id}/resume",
        "delete /api/v1/runs/{id}",
        "get /api/v1/leaderboard",
        "get /api/v1/search",
        "post /api/v1/search/image",
        "get /api/v1/checkpoints",
    ];

    [Fact]
    public async Task Every_endpoint_of_the_contract_is_in_the_document()
    {
        var document = await DocumentAsync();
        Assert.Empty(Contract.Except(Operations(document).Select(o => o.Name)));
    }

    [Fact]
    public async Task Every_endpoint_of_the_api_is_in_the_document_and_in_the_docs()
    {
        var mapped = portal
            .Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText?.StartsWith("/api/", StringComparison.Ordinal) == true)
            .SelectMany(e =>
                (e.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []).Select(m =>
                    $"{m.ToLowerInvariant()} {Constraint().Replace(e.RoutePattern.RawText!, "{$1}").TrimEnd('/')}"
                )
            )
            .ToList();
        var document = await DocumentAsync();
        Assert.Equal(mapped.Order(StringComparer.Ordinal), Operations(document).Select(o => o.Name).Order(StringComparer.Ordinal));
        var docs = await File.ReadAllTextAsync(Path.Combine(PreparedData.Root, "docs", "api.md"), TestContext.Current.CancellationToken);
        Assert.All(mapped, m => Assert.Contains($"{m.Split(' ')[0].ToUpperInvariant()} {m.Split(' ')[1]}", docs, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_operation_and_parameter_says_what_it_is()
    {
        foreach (var (name, operation) in Operations(await DocumentAsync()))
        {
            Assert.False(string.IsNullOrEmpty(operation.GetProperty("summary").GetString()), name);
            Assert.False(string.IsNullOrEmpty(operation.GetProperty("operationId").GetString()), name);
            foreach (var parameter in operation.TryGetProperty("parameters", out var p) ? p.EnumerateArray() : default)
            {
                Assert.True(parameter.TryGetProperty("description", out var text) && text.GetString()!.Length > 0, $"{name}: {parameter}");
            }
            var responses = operation.GetProperty("responses");
            var good = responses.EnumerateObject().First(r => r.Name.StartsWith('2'));
            var empty = good.Name == "204" || name.StartsWith("head ", StringComparison.Ordinal);
            Assert.True(empty || good.Value.TryGetProperty("content", out _), $"{name} has no content");
            if (name.Contains("{id}", StringComparison.Ordinal))
            {
                Assert.True(responses.TryGetProperty("404", out _), $"{name} has no 404");
            }
        }
    }

    [Fact]
    public async Task The_request_of_a_run_is_described_field_by_field()
    {
        var document = await DocumentAsync();
        var schema = document.GetProperty("components").GetProperty("schemas").GetProperty("RunRequest").GetProperty("properties");
        string[] fields =
        [
            "method",
            "teir",
            "dataset",
            "testSets",
            "model",
            "languages",
            "epochs",
            "seed",
            "device",
            "options",
            "name",
            "tags",
        ];
        Assert.Equal(fields.Order(), schema.EnumerateObject().Select(p => p.Name).Order());
        Assert.All(schema.EnumerateObject(), p => Assert.True(p.Value.TryGetProperty("description", out _), p.Name));
        var required = document.GetProperty("components").GetProperty("schemas").GetProperty("RunRequest").GetProperty("required");
        Assert.Equal(["languages", "method"], required.EnumerateArray().Select(r => r.GetString()!).Order());
        Assert.DoesNotContain("string", schema.GetProperty("epochs").GetProperty("type").ToString(), StringComparison.Ordinal);
    }

    private static IEnumerable<(string Name, JsonElement Operation)> Operations(JsonElement document) =>
        document
            .GetProperty("paths")
            .EnumerateObject()
            .SelectMany(p => p.Value.EnumerateObject().Select(o => ($"{o.Name} {p.Name.TrimEnd('/')}", o.Value)));

    private async Task<JsonElement> DocumentAsync()
    {
        var answer = await portal.AskAsync("GET", "/openapi/v1.json");
        Assert.Equal(200, answer.Code);
        return answer.Json;
    }

    [GeneratedRegex(@"\{(\w+)[^}]*\}")]
    private static partial Regex Constraint();
}
