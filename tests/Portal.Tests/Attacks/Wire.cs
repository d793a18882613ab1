using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace CllClip.Portal.Tests.Attacks;

/// <summary>Requests byte by byte: what a client library would tidy up or refuse to send reaches the portal as it stands.</summary>
internal static class Wire
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    /// <summary>Sends one request and reads the answer to its end.</summary>
    /// <param name="portal">The portal.</param>
    /// <param name="method">Method, as it stands.</param>
    /// <param name="target">Path and query, as they stand.</param>
    /// <param name="headers">Further lines of the head, each without its line's end; a line <c>Host:</c> goes before the usual one, <c>-Host</c> leaves it out.</param>
    /// <param name="body">The body, or null for none.</param>
    public static Task<WireAnswer> AskAsync(
        this PortalHost portal,
        string method,
        string target,
        string[]? headers = null,
        byte[]? body = null
    )
    {
        ArgumentNullException.ThrowIfNull(portal);
        List<string> lines = [.. headers ?? []];
        if (!lines.Remove("-Host") && !lines.Any(l => l.StartsWith("Host:", StringComparison.OrdinalIgnoreCase)))
        {
            lines.Add($"Host: {portal.Address.Authority}");
        }
        lines.Add(lines.Any(l => l.StartsWith("Upgrade:", StringComparison.Ordinal)) ? "Connection: Upgrade" : "Connection: close");
        if (
            body is not null
            || (method is "POST" or "PATCH" && !lines.Any(l => l.StartsWith("Transfer-Encoding:", StringComparison.Ordinal)))
        )
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body?.Length ?? 0}"));
        }
        byte[] head = [.. Encoding.Latin1.GetBytes($"{method} {target} HTTP/1.1\r\n{string.Join("\r\n", lines)}\r\n\r\n")];
        return portal.SendAsync(method, [.. head, .. body ?? []]);
    }

    /// <summary>Sends bytes and reads what comes back until the portal closes.</summary>
    public static async Task<WireAnswer> SendAsync(this PortalHost portal, string method, byte[] bytes)
    {
        using var connection = await OpenAsync(portal);
        var stream = connection.GetStream();
        var reading = ReadAsync(stream, method);
        try
        {
            await stream.WriteAsync(bytes, TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            // refused before all of it was sent: the answer says why
        }
        return await reading;
    }

    public static async Task<TcpClient> OpenAsync(PortalHost portal)
    {
        var connection = new TcpClient { NoDelay = true };
        await connection.ConnectAsync(portal.Address.Host, portal.Address.Port, TestContext.Current.CancellationToken);
        return connection;
    }

    /// <summary>Reads an answer to its end. A connection that was cut without a word gives the status 0.</summary>
    public static async Task<WireAnswer> ReadAsync(NetworkStream stream, string method = "GET")
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(_patience);
        var taken = Stopwatch.StartNew();
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        try
        {
            while (!IsWhole(bytes, method) && await stream.ReadAsync(buffer, limit.Token) is > 0 and var count)
            {
                bytes.Write(buffer, 0, count);
            }
        }
        catch (IOException)
        {
            // cut: what has come is the answer
        }
        return WireAnswer.Parse(bytes.ToArray(), taken.Elapsed);
    }

    /// <summary>Whether all of an answer is there, where the connection stays open after it.</summary>
    private static bool IsWhole(MemoryStream bytes, string method)
    {
        var all = bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
        var split = all.IndexOf("\r\n\r\n"u8);
        if (split < 0)
        {
            return false;
        }
        var lines = Encoding.Latin1.GetString(all[..split]).Split("\r\n");
        if (method == "HEAD" || lines[0].StartsWith("HTTP/1.1 101", StringComparison.Ordinal))
        {
            return true;
        }
        const string Length = "Content-Length: ";
        return lines.FirstOrDefault(l => l.StartsWith(Length, StringComparison.OrdinalIgnoreCase)) is { } length
            ? all.Length >= split + 4 + int.Parse(length[Length.Length..], CultureInfo.InvariantCulture)
            : all.EndsWith("\r\n0\r\n\r\n"u8);
    }
}

/// <summary>An answer as it came over the wire.</summary>
/// <param name="Status">Status code; 0 if the connection was cut without an answer.</param>
/// <param name="Head">The lines of the head after the first.</param>
/// <param name="Body">The body, its chunks put together.</param>
/// <param name="Taken">How long it took.</param>
public sealed record WireAnswer(int Status, IReadOnlyList<string> Head, string Body, TimeSpan Taken)
{
    /// <summary>The value of a header, or null.</summary>
    public string? Header(string name) =>
        Head.FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)) is { } line
            ? line[(name.Length + 1)..].Trim()
            : null;

    internal static WireAnswer Parse(byte[] bytes, TimeSpan taken)
    {
        var split = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        if (split < 0)
        {
            return new(0, [], "", taken);
        }
        var head = Encoding.Latin1.GetString(bytes, 0, split).Split("\r\n");
        var status = int.Parse(head[0].Split(' ')[1], CultureInfo.InvariantCulture);
        var body = bytes.AsSpan(split + 4);
        var chunked = head.Any(l => l.Equals("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase));
        return new(status, head[1..], Encoding.UTF8.GetString(chunked ? Joined(body) : body), taken);
    }

    private static byte[] Joined(ReadOnlySpan<byte> body)
    {
        var joined = new List<byte>();
        while (body.IndexOf("\r\n"u8) is > 0 and var end)
        {
            var length = int.Parse(Encoding.ASCII.GetString(body[..end]), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var rest = body[(end + 2)..];
            if (length == 0 || rest.Length < length)
            {
                break;
            }
            joined.AddRange(rest[..length]);
            body = rest[length..].StartsWith("\r\n"u8) ? rest[(length + 2)..] : [];
        }
        return [.. joined];
    }
}
