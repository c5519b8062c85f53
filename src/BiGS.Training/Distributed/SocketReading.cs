using System.Net.Sockets;

namespace BiGS.Training.Distributed;

/// <summary>A connection brings bytes in pieces of its own choice; what is read here is whole.</summary>
internal static class SocketReading
{
    /// <returns>False where the connection ended before all bytes were there.</returns>
    public static bool Fills(this Socket socket, Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int received = socket.Receive(bytes);
            if (received == 0)
            {
                return false;
            }

            bytes = bytes[received..];
        }

        return true;
    }
}
