using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using CllClip.Portal.Tests.Hosting;
using Xunit;
using static CllClip.Portal.Tests.Features.Uploads.TusClient;

namespace CllClip.Portal.Tests.Features.Uploads;

/// <summary>A portal that dies in the middle of an upload.</summary>
public sealed class TusRestartTests
{
    [Fact]
    public async Task A_killed_portal_loses_nothing_and_goes_on_where_it_was()
    {
        using var folder = new TemporaryFolder();
        var root = folder.PreparedDataRoot();
        var bytes = Archives.Zip([("a.bin", RandomNumberGenerator.GetBytes(1_000_000), 0)]);
        string address;
        using (var portal = PortalProcess.Portal(root))
        {
            using var client = new HttpClient { BaseAddress = await portal.AddressAsync() };
            using var made = await BeginAsync(client, "a.zip", bytes.Length);
            address = made.Headers.Location!.OriginalString;
            using var first = await AppendAsync(client, address, 0, bytes[..400_000]);
            Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);
            portal.Kill();
        }
        Directory.CreateDirectory(Path.Combine(root, "uploads", new string('0', 32))); // a beginning that was cut off
        using (var portal = PortalProcess.Portal(root))
        {
            using var client = new HttpClient { BaseAddress = await portal.AddressAsync() };
            Assert.Equal(400_000, await OffsetAsync(client, address));
            using var rest = await AppendAsync(client, address, 400_000, bytes[400_000..]);
            Assert.Equal(HttpStatusCode.NoContent, rest.StatusCode);
            portal.Kill(); // before, while or after it is unpacked
        }
        using (var portal = PortalProcess.Portal(root))
        {
            using var client = new HttpClient { BaseAddress = await portal.AddressAsync() };
            var state = "";
            for (var i = 0; i < 200 && state != "ready"; i++)
            {
                await Task.Delay(100, Stop);
                state = (await client.GetFromJsonAsync<JsonElement>(address, Stop)).GetProperty("state").GetString();
            }
            Assert.Equal("ready", state);
            Assert.False(Directory.Exists(Path.Combine(root, "uploads", new string('0', 32))));
        }
    }
}
