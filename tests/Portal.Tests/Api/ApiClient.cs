using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Xunit;

namespace CllClip.Portal.Tests.Api;

/// <summary>Short words for requests of tests.</summary>
internal static class ApiClient
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Sends a request; the body, if any, as it stands.</summary>
    public static async Task<Answer> AskAsync(
        this PortalHost portal,
        string method,
        string path,
        string? body = null,
        string type = "application/json",
        Action<HttpRequestMessage>? change = null
    )
    {
        using var client = portal.Client();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        }
        change?.Invoke(request);
        using var answer = await client.SendAsync(request, Stop);
        return new Answer(
            answer.StatusCode,
            answer.Content.Headers.ContentType?.MediaType,
            await answer.Content.ReadAsStringAsync(Stop),
            answer.Headers.Location?.OriginalString
        );
    }
}

/// <summary>What came back.</summary>
internal sealed record Answer(HttpStatusCode Status, string? Type, string Text, string? Location)
{
    public int Code => (int)Status;

    public JsonElement Json
    {
        get
        {
            using var json = JsonDocument.Parse(Text);
            return json.RootElement.Clone();
        }
    }

    /// <summary>The wrong fields of a problem.</summary>
    public IReadOnlyDictionary<string, string[]> Errors => Problem(400).GetProperty("errors").Deserialize<Dictionary<string, string[]>>()!;

    /// <summary>Asserts that this is a problem of a status (RFC 9457) and gives it.</summary>
    public JsonElement Problem(int status)
    {
        Assert.True(status == Code, $"{Code} instead of {status}: {Text}");
        Assert.Equal("application/problem+json", Type);
        Assert.Equal(status, Json.GetProperty("status").GetInt32());
        Assert.False(string.IsNullOrEmpty(Json.GetProperty("title").GetString()));
        Assert.DoesNotContain("   at ", Text, StringComparison.Ordinal); // no stack trace
        return Json;
    }
}
