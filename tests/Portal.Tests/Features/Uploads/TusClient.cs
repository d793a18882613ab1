using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Xunit;

namespace CllClip.Portal.Tests.Features.Uploads;

/// <summary>Speaks the tus protocol step by step.</summary>
internal static class TusClient
{
    public const string Root = "/api/v1/uploads";

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Begins an upload; the answer's Location is its address.</summary>
    public static Task<HttpResponseMessage> BeginAsync(HttpClient client, string name, long length) =>
        SendAsync(
            client,
            HttpMethod.Post,
            Root,
            r =>
            {
                r.Headers.Add("Upload-Length", length.ToString(CultureInfo.InvariantCulture));
                r.Headers.Add("Upload-Metadata", $"filename {Convert.ToBase64String(Encoding.UTF8.GetBytes(name))},filetype YQ==");
            }
        );

    /// <summary>Appends bytes.</summary>
    public static Task<HttpResponseMessage> AppendAsync(HttpClient client, string address, long offset, HttpContent content)
    {
        content.Headers.ContentType ??= new MediaTypeHeaderValue("application/offset+octet-stream");
        return SendAsync(
            client,
            HttpMethod.Patch,
            address,
            r =>
            {
                r.Headers.Add("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture));
                r.Content = content;
            }
        );
    }

    public static Task<HttpResponseMessage> AppendAsync(HttpClient client, string address, long offset, byte[] bytes) =>
        AppendAsync(client, address, offset, new ByteArrayContent(bytes));

    /// <summary>Bytes that are there.</summary>
    public static async Task<long> OffsetAsync(HttpClient client, string address)
    {
        using var answer = await SendAsync(client, HttpMethod.Head, address);
        Assert.Equal(200, (int)answer.StatusCode);
        return long.Parse(answer.Headers.GetValues("Upload-Offset").Single(), CultureInfo.InvariantCulture);
    }

    public static async Task<HttpResponseMessage> SendAsync(
        HttpClient client,
        HttpMethod method,
        string address,
        Action<HttpRequestMessage>? change = null
    )
    {
        using var request = new HttpRequestMessage(method, address);
        request.Headers.Add("Tus-Resumable", "1.0.0");
        change?.Invoke(request);
        return await client.SendAsync(request, Stop);
    }

    /// <summary>Uploads all of a file and waits until it is unpacked, or not; gives what the portal says of it.</summary>
    public static async Task<JsonElement> UploadAsync(HttpClient client, string name, byte[] bytes, int chunk = 70_000)
    {
        using var made = await BeginAsync(client, name, bytes.Length);
        Assert.True((int)made.StatusCode == 201, await made.Content.ReadAsStringAsync(Stop));
        var address = made.Headers.Location!.OriginalString;
        for (var at = 0; at < bytes.Length; at += chunk)
        {
            using var answer = await AppendAsync(client, address, at, bytes[at..Math.Min(bytes.Length, at + chunk)]);
            Assert.True((int)answer.StatusCode == 204, await answer.Content.ReadAsStringAsync(Stop));
        }
        for (var end = DateTime.UtcNow.AddSeconds(60); ; await Task.Delay(50, Stop))
        {
            var now = await client.GetFromJsonAsync<JsonElement>(address, Stop);
            if (now.GetProperty("state").GetString() is "ready" or "failed")
            {
                return now;
            }
            Assert.True(DateTime.UtcNow < end, now.ToString());
        }
    }

    /// <summary>What a problem says.</summary>
    public static async Task<string> DetailAsync(HttpResponseMessage answer, int status)
    {
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(status == (int)answer.StatusCode, $"{(int)answer.StatusCode} instead of {status}: {text}");
        Assert.Equal("1.0.0", answer.Headers.GetValues("Tus-Resumable").Single());
        using var json = JsonDocument.Parse(text);
        return json.RootElement.GetProperty("detail").GetString()!;
    }
}
