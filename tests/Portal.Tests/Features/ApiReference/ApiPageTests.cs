using System.Text.Json;
using Bunit;
using CllClip.Portal.Features.ApiReference;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Portal.Tests.Features.ApiReference;

/// <summary>The API's page: search, examples in three languages, copying.</summary>
public sealed class ApiPageTests : PageContext
{
    private const string Document = """
        {
          "paths": {
            "/api/v1/things": {
              "get": {"tags": ["Things"], "operationId": "ListThings", "summary": "All things", "x-cllclip-permission": "look",
                "parameters": [{"name": "take", "in": "query", "description": "Most things", "schema": {"type": "integer"}}],
                "responses": {"200": {"description": "OK", "content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}}}}}},
              "post": {"tags": ["Things"], "operationId": "MakeThing", "summary": "A new one", "x-cllclip-permission": "change", "x-cllclip-role": "runner",
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                "responses": {"201": {"description": "Created"}}}
            },
            "/api/v1/words": {"get": {"tags": ["Words"], "operationId": "ListWords", "summary": "All words", "responses": {"200": {"description": "OK"}}}}
          },
          "components": {"schemas": {"Thing": {"type": "object", "required": ["name"], "properties": {
            "name": {"type": "string", "description": "What it is called"}, "age": {"type": ["null", "integer"]}}}}}
        }
        """;

    private readonly SampleReference _reference = new();

    protected override void AddServices(IServiceCollection services) => services.AddSingleton<IApiReference>(_reference);

    [Fact]
    public void Endpoints_stand_in_their_groups_with_types_and_permission()
    {
        var page = Render<ApiPage>();
        Assert.Equal(["Things", "Words", "Hub", "Types"], page.FindAll("h2").Select(Text));
        var list = page.Find("#ListThings");
        Assert.Contains("list of Thing", Text(list), StringComparison.Ordinal);
        Assert.Equal(["take", "query", "whole number", "Most things"], list.QuerySelectorAll("tbody th, tbody td").Select(Text));
        Assert.Contains("open to all who may look", Text(list), StringComparison.Ordinal);
        Assert.Contains("Needs a token of the role runner", Text(page.Find("#MakeThing")), StringComparison.Ordinal);
        Assert.Equal("/docs/api#type-Thing", page.Find("#ListThings .answers a").GetAttribute("href"));
        Assert.Contains("whole number or null", Text(page.Find("#type-Thing")), StringComparison.Ordinal);
    }

    [Fact]
    public void Searching_leaves_what_has_all_words_and_says_how_to_get_back()
    {
        var page = Render<ApiPage>();
        page.Find("input[type=search]").Input("things POST");
        Assert.Equal(
            ["MakeThing"],
            page.FindAll("details[id$=Thing],details[id$=Things],details[id$=Words]").Select(d => d.Id).Where(i => i != "type-Thing")
        );
        page.Find("input[type=search]").Input("nothing of the kind");
        Assert.Contains("No endpoint has these words", page.Markup, StringComparison.Ordinal);
        page.FindAll("button").Single(b => b.TextContent == "Show all").Click();
        Assert.NotEmpty(page.FindAll("#ListWords"));
    }

    [Fact]
    public void An_example_follows_the_language_chosen_and_is_copied()
    {
        var page = Render<ApiPage>();
        Assert.Contains("-d '{\"name\": \"…\"}'", page.Find("#MakeThing .example").TextContent, StringComparison.Ordinal);
        page.FindAll(".seg button").Single(b => b.TextContent == "Python").Click();
        Assert.StartsWith("import urllib.request", page.Find("#MakeThing .example").TextContent, StringComparison.Ordinal);
        page.FindAll(".seg button").Single(b => b.TextContent == "C#").Click();
        var text = page.Find("#MakeThing .example").TextContent;
        Assert.Contains("PostAsync(\"http://localhost/api/v1/things\", content)", text, StringComparison.Ordinal);
        page.Find("#MakeThing button").Click();
        Assert.Equal(text, JSInterop.Invocations["portal.copy"].Single().Arguments[0]);
    }

    [Fact]
    public void Where_the_document_cannot_be_read_the_page_says_so_and_tries_again()
    {
        _reference.Broken = true;
        var page = Render<ApiPage>();
        Assert.Contains("no document", Text(page.Find("[role=alert]")), StringComparison.Ordinal);
        _reference.Broken = false;
        page.Find("[role=alert] button").Click();
        Assert.NotEmpty(page.FindAll("#ListThings"));
    }

    private sealed class SampleReference : IApiReference
    {
        public bool Broken { get; set; }

        public Task<ApiDocument> ReadAsync(CancellationToken stop = default)
        {
            if (Broken)
            {
                return Task.FromException<ApiDocument>(new InvalidOperationException("no document"));
            }
            using var json = JsonDocument.Parse(Document);
            return Task.FromResult(ApiDocumentReader.Read(json.RootElement));
        }
    }
}
