using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CllClip.Engine.Training;

/// <summary>Independent sources of randomness derived from a run's one seed, so that a resumed run draws what an uninterrupted one would.</summary>
public static class Seeds
{
    /// <summary>The source for one purpose of one task and epoch.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">For example <c>rows</c> or <c>pairs</c>.</param>
    /// <param name="task">Task from 0.</param>
    /// <param name="epoch">Epoch from 0.</param>
    public static Random For(int seed, string purpose, int task, int epoch = 0)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{seed}|{purpose}|{task}|{epoch}");
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        return new Random(BinaryPrimitives.ReadInt32LittleEndian(hash)); // a seeded Random is the same on every version of .NET
    }
}
