using System.Net;
using System.Net.Http.Headers;
using Xunit;
using static CllClip.Portal.Tests.Features.Uploads.TusClient;

namespace CllClip.Portal.Tests.Features.Uploads;

/// <summary>Uploads on a portal that asks for its token.</summary>
public sealed class TusTokenTests(TusTokenTests.OpenHost portal) : IClassFixture<TusTokenTests.OpenHost>
{
    private const string Token = "a token of this test";

    public sealed class OpenHost() : PortalHost(new() { ["CllClip:Access:Token"] = Token }, boundTo: "http://0.0.0.0:5080");

    [Fact]
    public async Task Without_the_token_nothing_is_begun_seen_or_removed()
    {
        using var client = portal.Client();
        using (var answer = await BeginAsync(client, "a.zip", 10))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using var made = await BeginAsync(client, "a.zip", 10);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var address = made.Headers.Location!.OriginalString;
        client.DefaultRequestHeaders.Authorization = null;
        foreach (var method in new[] { HttpMethod.Head, HttpMethod.Get, HttpMethod.Delete })
        {
            using var refused = await SendAsync(client, method, address);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }
        using (var list = await client.GetAsync(Root, Stop))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, list.StatusCode);
        }
        using (var append = await AppendAsync(client, address, 0, new byte[10]))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, append.StatusCode);
        }
        using var foreign = await SendAsync(client, HttpMethod.Post, Root, r => r.Headers.Add("Origin", "https://elsewhere.example"));
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        Assert.Equal(0, await OffsetAsync(client, address));
    }
}
