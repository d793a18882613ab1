using System.Text.Json;
using CllClip.Portal.Features.ApiReference;
using CllClip.Portal.Hubs;
using CllClip.Portal.Tests.Api;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Portal.Tests.Features.ApiReference;

/// <summary>The API's page says what the portal's own document says: no more, no less.</summary>
public sealed class ApiReferenceTests(PortalHost portal) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task The_page_has_every_endpoint_of_the_document()
    {
        var json = (await portal.AskAsync("GET", "/openapi/v1.json")).Json;
        var document = await ReadAsync();
        var expected = json.GetProperty("paths")
            .EnumerateObject()
            .SelectMany(p => p.Value.EnumerateObject().Select(o => $"{o.Name.ToUpperInvariant()} {p.Name}"));
        Assert.Equal(expected, document.Operations.Select(o => $"{o.Method} {o.Path}"));
        Assert.Equal(document.Operations.Count, document.Operations.Select(o => o.Id).Distinct().Count());
        var page = await portal.AskAsync("GET", "/docs/api");
        Assert.Equal(200, page.Code);
        Assert.All(document.Operations, o => Assert.Contains($"id=\"{o.Id}\"", page.Text, StringComparison.Ordinal));
        Assert.All(document.Schemas.Keys, s => Assert.Contains($"id=\"type-{s}\"", page.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_type_that_is_named_is_there_and_types_are_words()
    {
        var document = await ReadAsync();
        var named = document
            .Operations.SelectMany(o => o.Responses.Select(r => r.Content?.Schema).Append(o.Body?.Schema))
            .Concat(document.Schemas.Values.SelectMany(s => s.Fields.Select(f => f.Schema)))
            .OfType<string>();
        Assert.Empty(named.Except(document.Schemas.Keys));
        var run = document.Schemas["RunView"];
        Assert.Equal("list of text", run.Fields.Single(f => f.Name == "languages").Type);
        Assert.Equal("time (ISO 8601 UTC)", run.Fields.Single(f => f.Name == "createdAt").Type);
        Assert.All(run.Fields, f => Assert.False(string.IsNullOrEmpty(f.Text), f.Name));
        var launch = document.Operations.Single(o => o.Id == "LaunchRun");
        Assert.Equal(("RunRequest", "application/json"), (launch.Body!.Schema, launch.Body.Types[0]));
        Assert.Contains(launch.Responses, r => r.Status == "201" && r.Content?.Schema == "RunView");
    }

    [Fact]
    public async Task Permissions_are_those_that_the_portal_asks_for()
    {
        using var guarded = new PortalHost(new() { ["CllClip:Access:Token"] = "right" });
        foreach (var operation in (await ReadAsync()).Operations)
        {
            var path = operation
                .Path.Replace("{id}", "x", StringComparison.Ordinal)
                .Replace("{dataset}", "x", StringComparison.Ordinal)
                .Replace("{revision}", "x", StringComparison.Ordinal)
                .Replace("{image}", "x", StringComparison.Ordinal);
            var answer = await guarded.AskAsync(operation.Method, path);
            Assert.True(operation.Changes == (answer.Code == 401), $"{operation.Method} {operation.Path}: {answer.Code}");
        }
    }

    [Fact]
    public async Task Examples_call_the_endpoint_and_their_bodies_are_accepted_in_form()
    {
        var document = await ReadAsync();
        foreach (var operation in document.Operations)
        {
            foreach (var (language, _) in ApiExamples.Languages)
            {
                var text = ApiExamples.Make(language, operation, "http://localhost:5080", document.Schemas);
                Assert.Contains("http://localhost:5080" + operation.Path, text, StringComparison.Ordinal);
                Assert.Equal(operation.Changes, text.Contains("TOKEN", StringComparison.Ordinal));
            }
            if (operation.Body?.Types.Contains("application/json") == true)
            {
                var curl = ApiExamples.Make("curl", operation, "http://localhost:5080", document.Schemas);
                var body = curl[(curl.IndexOf("-d '", StringComparison.Ordinal) + 4)..^1];
                using var json = JsonDocument.Parse(body);
                var schema = document.Schemas[operation.Body.Schema!];
                Assert.Empty(json.RootElement.EnumerateObject().Select(p => p.Name).Except(schema.Fields.Select(f => f.Name)));
            }
        }
    }

    [Fact]
    public void The_hub_is_described_whole()
    {
        var methods = typeof(RunsHub).GetMethods().Where(m => m.DeclaringType == typeof(RunsHub) && !m.IsVirtual).Select(m => m.Name);
        Assert.Equal(methods.Order(), HubReference.All.Where(m => !m.FromServer).Select(m => m.Name).Order());
        static IEnumerable<string> Fields<T>() => typeof(T).GetProperties().Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name));
        static IEnumerable<string> Said(string name) => HubReference.All.Single(m => m.Name == name).Holds.Split(", ");
        Assert.Equal(Fields<ProgressEvent>(), Said("progress"));
        Assert.Equal(Fields<ScoreEvent>(), Said("score"));
        Assert.True(typeof(Hub).IsAssignableFrom(typeof(RunsHub)));
    }

    private Task<ApiDocument> ReadAsync() =>
        portal.Services.GetRequiredService<IApiReference>().ReadAsync(TestContext.Current.CancellationToken);
}
