using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using CllClip.Engine.Methods;
using CllClip.Shared.Languages;
using Xunit;

namespace CllClip.Portal.Tests.Api;

public sealed class CatalogApiTests(PortalHost portal) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task Methods_are_those_of_the_catalogue_with_every_option()
    {
        var methods = await Json("/api/v1/methods");
        Assert.Equal(MethodCatalog.All.Select(m => m.Id), methods.EnumerateArray().Select(m => m.GetProperty("id").GetString()));
        foreach (var (given, expected) in methods.EnumerateArray().Zip(MethodCatalog.All))
        {
            Assert.Equal(expected.Paper, given.GetProperty("paper").GetString());
            Assert.Equal(expected.ComposesWithTeir, given.GetProperty("composesWithTeir").GetBoolean());
            Assert.Equal(expected.Id != "zero-shot", given.GetProperty("trains").GetBoolean());
            Assert.Equal(expected.Id is "zero-shot" or "joint", given.GetProperty("allLanguagesAtOnce").GetBoolean());
            Assert.Equal(expected.Options.Count, given.GetProperty("options").GetArrayLength());
            Assert.All(
                given.GetProperty("options").EnumerateArray(),
                o => Assert.Contains(o.GetProperty("type").GetString(), new[] { "integer", "number", "boolean", "choice" })
            );
        }
    }

    [Fact]
    public async Task Languages_are_the_36_with_legible_native_names()
    {
        using var client = portal.Client();
        var text = await client.GetStringAsync("/api/v1/languages", TestContext.Current.CancellationToken);
        Assert.Contains("日本語", text, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(text);
        Assert.Equal(
            LanguageCatalog.All.Select(l => l.Code),
            json.RootElement.EnumerateArray().Select(l => l.GetProperty("code").GetString())
        );
        var arabic = json.RootElement.EnumerateArray().Single(l => l.GetProperty("code").GetString() == "ar");
        Assert.Equal("rtl", arabic.GetProperty("direction").GetString());
    }

    [Fact]
    public async Task Every_operation_of_the_openapi_document_has_a_summary()
    {
        var document = await Json("/openapi/v1.json");
        var operations = document
            .GetProperty("paths")
            .EnumerateObject()
            .SelectMany(p => p.Value.EnumerateObject().Select(o => (p.Name, o.Value)))
            .ToList();
        Assert.NotEmpty(operations);
        Assert.All(operations, o => Assert.False(string.IsNullOrEmpty(o.Value.GetProperty("summary").GetString()), o.Name));
    }

    [Theory]
    [InlineData("GET", "/api/v1/nothing", 404)]
    [InlineData("GET", "/api/v1/runs/..%2F..%2Fsecrets", 404)]
    [InlineData("PUT", "/api/v1/methods", 405)]
    public async Task What_no_endpoint_answers_is_a_problem_too(string method, string path, int status)
    {
        using var client = portal.Client();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode)status, answer.StatusCode);
        if (request.RequestUri!.AbsolutePath.StartsWith("/api/", StringComparison.Ordinal))
        {
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        }
    }

    /// <summary>Sent as it stands, over a socket: an <see cref="HttpClient"/> would tidy the address first.</summary>
    [Theory]
    [InlineData("/api/v1/runs/../../secrets")]
    [InlineData("/api/v1/runs/%2e%2e/%2e%2e/secrets")]
    [InlineData("/css/../../appsettings.json")]
    [InlineData("/css/..%2f..%2fappsettings.json")]
    [InlineData("/../portal.db")]
    public async Task A_path_that_climbs_leads_nowhere(string path)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(portal.Address.Host, portal.Address.Port, TestContext.Current.CancellationToken);
        await using var stream = socket.GetStream();
        var request = $"GET {path} HTTP/1.1\r\nHost: {portal.Address.Authority}\r\nConnection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("HTTP/1.1 404 ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("ConnectionStrings", answer, StringComparison.Ordinal);
    }

    private async Task<JsonElement> Json(string path)
    {
        using var client = portal.Client();
        using var json = JsonDocument.Parse(await client.GetStringAsync(path, TestContext.Current.CancellationToken));
        return json.RootElement.Clone();
    }
}
