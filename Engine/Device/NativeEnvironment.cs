using System.Runtime.InteropServices;

namespace CllClip.Engine.Device;

/// <summary>Variables that native libraries read; .NET's own copy of them never reaches these on Linux. Elsewhere nothing is set.</summary>
internal static partial class NativeEnvironment
{
    /// <summary>Sets a variable, unless it has a value already.</summary>
    public static void Default(string name, string value)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SetVariable(name, value, overwrite: 0);
        }
    }

    /// <summary>A variable's value; null where it has none.</summary>
    public static string? Get(string name) => OperatingSystem.IsLinux() ? Marshal.PtrToStringUTF8(GetVariable(name)) : null;

    [LibraryImport("libc.so.6", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    [LibraryImport("libc.so.6", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetVariable(string name);
}
