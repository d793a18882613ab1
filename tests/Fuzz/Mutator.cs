using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace CllClip.Fuzz;

/// <summary>Changes inputs by chance: bytes, blocks, numbers in binary and in text, words, lines, values of JSON. The same random numbers give the same input.</summary>
/// <param name="random">Source of all choices.</param>
/// <param name="words">Words that mean something to the reader.</param>
internal sealed class Mutator(Random random, IReadOnlyList<string> words)
{
    private const int Largest = 1 << 20; // bytes
    private const int MostChanges = 8;

    private static readonly long[] _numbers =
    [
        0,
        1,
        -1,
        2,
        7,
        127,
        128,
        255,
        256,
        32767,
        32768,
        65535,
        65536,
        16777215,
        100_000_001,
        int.MaxValue,
        int.MinValue,
        uint.MaxValue,
        1L << 32,
        1L << 40,
        1L << 53,
        long.MaxValue,
        long.MinValue,
    ];

    private static readonly string[] _values =
    [
        "null",
        "true",
        "[]",
        "{}",
        "[null]",
        "[[]]",
        "[{}]",
        "{\"\":null}",
        "0",
        "-0",
        "-1",
        "1.5",
        "1e999",
        "99999999999999999999",
        "2147483648",
        "9223372036854775807",
        "18446744073709551615",
        "\"\"",
        "\"\\ud800\"",
        "[\"\\udc00\"]",
        "{\"\\ud800\":1}",
        "\"\\u0000\"",
        "\"../../x\"",
        "\"/etc/passwd\"",
        "NaN",
        "0x10",
        "01",
    ];

    /// <summary>Another input made of one of the samples, sometimes crossed with a second.</summary>
    public byte[] Change(byte[] from, byte[] other)
    {
        var bytes = from;
        var changes = 1 + random.Next(random.Next(1, MostChanges + 1));
        for (var i = 0; i < changes; i++)
        {
            bytes = Once(bytes, other);
            if (bytes.Length > Largest)
            {
                bytes = bytes[..Largest];
            }
        }
        return bytes;
    }

    private byte[] Once(byte[] bytes, byte[] other) =>
        random.Next(18) switch
        {
            0 or 1 => Flip(bytes),
            2 => Set(bytes),
            3 => Delete(bytes),
            4 => Duplicate(bytes),
            5 => Insert(bytes, Noise(random.Next(1, 33))),
            6 => Swap(bytes),
            7 => bytes[..random.Next(bytes.Length + 1)],
            8 => Splice(bytes, other),
            9 or 10 => BinaryNumber(bytes),
            11 or 12 => TextNumber(bytes),
            13 => words.Count == 0 ? Flip(bytes) : Word(bytes),
            14 or 15 => JsonValue(bytes),
            16 => Repeat(bytes),
            _ => Line(bytes),
        };

    private byte[] Noise(int length)
    {
        var noise = new byte[length];
        random.NextBytes(noise);
        return noise;
    }

    private (int At, int Length) Block(byte[] bytes)
    {
        var at = random.Next(bytes.Length + 1);
        // mostly short: a long one leaves nothing of the structure
        var most = random.Next(4) == 0 ? bytes.Length - at : Math.Min(32, bytes.Length - at);
        return (at, random.Next(most + 1));
    }

    private static byte[] Replace(byte[] bytes, int at, int length, ReadOnlySpan<byte> by) =>
        [.. bytes.AsSpan(0, at), .. by, .. bytes.AsSpan(at + length)];

    private byte[] Flip(byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            return Noise(1);
        }
        byte[] copy = [.. bytes];
        copy[random.Next(copy.Length)] ^= (byte)(1 << random.Next(8));
        return copy;
    }

    private byte[] Set(byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            return Noise(1);
        }
        byte[] copy = [.. bytes];
        ReadOnlySpan<byte> odd = [0, 1, 0x7f, 0x80, 0xc0, 0xfe, 0xff, (byte)'"', (byte)'\\', (byte)'\n', (byte)',', (byte)'{', (byte)']'];
        copy[random.Next(copy.Length)] = odd[random.Next(odd.Length)];
        return copy;
    }

    private byte[] Delete(byte[] bytes)
    {
        var (at, length) = Block(bytes);
        return Replace(bytes, at, length, []);
    }

    private byte[] Duplicate(byte[] bytes)
    {
        var (at, length) = Block(bytes);
        return Replace(bytes, random.Next(bytes.Length + 1), 0, bytes.AsSpan(at, length));
    }

    private byte[] Insert(byte[] bytes, ReadOnlySpan<byte> what) => Replace(bytes, random.Next(bytes.Length + 1), 0, what);

    private byte[] Swap(byte[] bytes)
    {
        var (at, length) = Block(bytes);
        byte[] block = [.. bytes.AsSpan(at, length)];
        var rest = Replace(bytes, at, length, []);
        return Replace(rest, random.Next(rest.Length + 1), 0, block);
    }

    private byte[] Splice(byte[] bytes, byte[] other) =>
        [.. bytes.AsSpan(0, random.Next(bytes.Length + 1)), .. other.AsSpan(random.Next(other.Length + 1))];

    private byte[] BinaryNumber(byte[] bytes)
    {
        var width = 1 << random.Next(4);
        if (bytes.Length < width)
        {
            return Noise(width);
        }
        byte[] copy = [.. bytes];
        // where formats have their lengths and sizes: at the beginning more often than elsewhere
        var at = random.Next(random.Next(3) == 0 ? bytes.Length - width + 1 : Math.Min(64, bytes.Length - width + 1));
        Span<byte> number = stackalloc byte[sizeof(long)];
        var value = _numbers[random.Next(_numbers.Length)] + random.Next(-1, 2);
        if (random.Next(2) == 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, value);
            number[..width].CopyTo(copy.AsSpan(at));
        }
        else
        {
            BinaryPrimitives.WriteInt64BigEndian(number, value);
            number[^width..].CopyTo(copy.AsSpan(at));
        }
        return copy;
    }

    private byte[] TextNumber(byte[] bytes)
    {
        var at = Find(bytes, b => b is >= (byte)'0' and <= (byte)'9');
        if (at < 0)
        {
            return Flip(bytes);
        }
        var end = at;
        while (end < bytes.Length && bytes[end] is (>= (byte)'0' and <= (byte)'9') or (byte)'.')
        {
            end++;
        }
        var number = random.Next(4) switch
        {
            0 => new string('9', random.Next(1, 400)),
            1 => string.Create(CultureInfo.InvariantCulture, $"{random.NextDouble() * 2 - 1:R}"),
            2 => "1e" + random.Next(-400, 400).ToString(CultureInfo.InvariantCulture),
            _ => _numbers[random.Next(_numbers.Length)].ToString(CultureInfo.InvariantCulture),
        };
        return Replace(bytes, at, end - at, Encoding.ASCII.GetBytes(number));
    }

    private byte[] Word(byte[] bytes)
    {
        var word = Encoding.UTF8.GetBytes(words[random.Next(words.Count)]);
        var at = random.Next(bytes.Length + 1);
        return Replace(bytes, at, random.Next(2) == 0 ? 0 : Math.Min(word.Length, bytes.Length - at), word);
    }

    /// <summary>Puts another value where one is, or one deeply within lists; in text that is no JSON, wherever it falls.</summary>
    private byte[] JsonValue(byte[] bytes)
    {
        var value = Encoding.UTF8.GetBytes(_values[random.Next(_values.Length)]);
        if (random.Next(24) == 0)
        {
            var deep = 1 << random.Next(3, 17);
            value = [.. Enumerable.Repeat((byte)'[', deep), .. Enumerable.Repeat((byte)']', deep)];
        }
        var at = Find(bytes, b => b is (byte)':' or (byte)'[' or (byte)',' or (byte)'"');
        if (at < 0)
        {
            return Insert(bytes, value);
        }
        var start = bytes[at] == (byte)'"' ? at : at + 1;
        var end = start;
        if (end < bytes.Length && bytes[end] == (byte)'"')
        {
            end++;
            while (end < bytes.Length && bytes[end] != (byte)'"')
            {
                end++;
            }
            end = Math.Min(bytes.Length, end + 1);
        }
        else
        {
            while (end < bytes.Length && bytes[end] is not ((byte)',' or (byte)'}' or (byte)']'))
            {
                end++;
            }
        }
        return Replace(bytes, start, end - start, value);
    }

    private byte[] Repeat(byte[] bytes)
    {
        var (at, length) = Block(bytes);
        var times = random.Next(1, 1 << random.Next(1, 12));
        if (length == 0 || (long)length * times > Largest)
        {
            return Duplicate(bytes);
        }
        var many = new byte[length * times];
        for (var i = 0; i < times; i++)
        {
            bytes.AsSpan(at, length).CopyTo(many.AsSpan(i * length));
        }
        return Replace(bytes, at, length, many);
    }

    /// <summary>Takes a line out, puts it elsewhere or puts it in twice.</summary>
    private byte[] Line(byte[] bytes)
    {
        var at = Find(bytes, b => b == (byte)'\n') + 1;
        var end = Array.IndexOf(bytes, (byte)'\n', at);
        end = end < 0 ? bytes.Length : end + 1;
        byte[] line = [.. bytes.AsSpan(at, end - at)];
        return random.Next(3) switch
        {
            0 => Replace(bytes, at, line.Length, []),
            1 => Replace(bytes, at, 0, line),
            _ => [.. line, .. Replace(bytes, at, line.Length, [])],
        };
    }

    /// <summary>The first byte of that sort from a random place on, or before it; -1 for none.</summary>
    private int Find(byte[] bytes, Predicate<byte> sort)
    {
        if (bytes.Length == 0)
        {
            return -1;
        }
        var start = random.Next(bytes.Length);
        var at = Array.FindIndex(bytes, start, sort);
        return at >= 0 ? at : Array.FindIndex(bytes, 0, start, sort);
    }
}
